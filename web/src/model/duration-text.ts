/** Durations as settings write them. */

const DURATION = /^\d+(\.\d+)?(ms|s|m|h|d)$/;
/** Settings that are durations. */
const DURATIONS: ReadonlySet<string> = new Set(['agent.timeout', 'agent.stallTimeout', 'limits.maxWait']);

/** What is wrong with the text of a setting that is a duration; null: nothing, or it is none. */
export function durationProblem(key: string, text: string): string | null {
  if (!DURATIONS.has(key) || text === '' || DURATION.test(text.trim())) return null;
  return 'A number and ms, s, m, h or d, for example 45m.';
}
