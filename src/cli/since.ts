/** `--since` of every command that has it. */
import { AppError } from '../contracts/errors.ts';
import { parseDuration } from '../contracts/duration.ts';
import { parseSince } from './render/time.ts';

/** The moment that `text` names, as RFC 3339. @throws AppError invalid_input when it is no time */
export function sinceOf(text: string, nowMs: number): string {
  const since = parseSince(text, nowMs, parseDuration);
  if (since !== null) return since;
  throw new AppError('invalid_input', `--since ${text} is not a time.`, {
    details: { next: 'Give a duration (12h), a clock time (22:00), a date, or RFC 3339.' },
  });
}
