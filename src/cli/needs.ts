/** `--after TASK=NEEDED[,NEEDED]`: which of the tasks to be made need others. */
import { AppError } from '../contracts/errors.ts';
import { WHEN_NEEDED_FAILED } from '../contracts/vocabulary.ts';
import type { WhenNeededFailed } from '../contracts/vocabulary.ts';
import { requirementName } from './resolve.ts';

/** The flags, as commander gives them. */
export interface NeedFlags {
  /** Each `TASK=NEEDED[,NEEDED]`. */
  readonly after?: readonly string[];
  readonly whenNeededFailed?: string;
}

const FORM =
  'Write `--after TASK=NEEDED`, or `--after TASK=NEEDED,NEEDED`, with names of requirements; needed ones may also be ids of tasks of the batch.';

/**
 * Names of the needed tasks by the name of the task that needs them.
 * @throws AppError invalid_input for another form, or a task that is not among `tasks`
 */
export function needsByTask(
  { after = [] }: NeedFlags,
  tasks: readonly { readonly name: string }[],
): ReadonlyMap<string, string[]> {
  const found = new Map<string, string[]>();
  for (const text of after) {
    const [task = '', needed = ''] = splitOnce(text);
    const name = requirementName(task);
    const names = needed.split(',').filter((each) => each !== '');
    if (task === '' || names.length === 0) throw refused(`--after ${text} does not say what needs what.`, FORM);
    if (!tasks.some((each) => each.name === name)) {
      const known = tasks.slice(0, 20).map((each) => each.name);
      throw refused(`--after ${text}: ${name} is not one of the tasks to be made.`, `There are: ${known.join(', ')}`);
    }
    found.set(name, [...(found.get(name) ?? []), ...names.map(requirementName)]);
  }
  return found;
}

/** @throws AppError invalid_input for another word, or without `--after` */
export function whenNeededFailedOf({ after, whenNeededFailed }: NeedFlags): WhenNeededFailed {
  if (whenNeededFailed === undefined) return 'skip';
  if (after === undefined) throw refused('--when-needed-failed says nothing without --after.', FORM);
  const found = WHEN_NEEDED_FAILED.find((each) => each === whenNeededFailed);
  if (found !== undefined) return found;
  const words = WHEN_NEEDED_FAILED.join(', ');
  throw refused(`--when-needed-failed ${whenNeededFailed} is not one of ${words}.`, `Give one of ${words}.`);
}

function splitOnce(text: string): [string, string] | [] {
  const at = text.indexOf('=');
  return at === -1 ? [] : [text.slice(0, at), text.slice(at + 1)];
}

function refused(message: string, next: string): AppError {
  return new AppError('invalid_input', message, { details: { next } });
}
