/** Topics of the journal: what a stream or a webhook wants to hear of. Free of zod. */
import type { EventType } from './events.ts';

/** True if one of `topics` means `type`; no topics mean everything. */
export function topicFits(topics: readonly string[], type: EventType): boolean {
  return topics.length === 0 || topics.some((topic) => topic === type || type.startsWith(`${topic}.`));
}
