/** Topics of the journal: what a stream or a webhook wants to hear of. Free of zod. */
import { EVENT_ALIASES, EVENT_TYPES } from './events.ts';
import type { EventType } from './events.ts';

/** Every topic there is: the event types, their other names, and their first parts (`task`) for all that begin so. */
export const TOPICS: readonly string[] = [
  ...new Set(EVENT_TYPES.flatMap((type) => [type.slice(0, type.indexOf('.')), type])),
  ...Object.values(EVENT_ALIASES),
];

/** True if `text` is one of {@link TOPICS}. */
export function isTopic(text: string): boolean {
  return TOPICS.includes(text);
}

/** True if one of `topics` means `type`; no topics mean everything. */
export function topicFits(topics: readonly string[], type: EventType): boolean {
  return (
    topics.length === 0 ||
    topics.some((topic) => topic === type || topic === EVENT_ALIASES[type] || type.startsWith(`${topic}.`))
  );
}
