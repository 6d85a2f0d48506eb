/** `nightloom batch edit|add|remove|move` */
import { AppError } from '../../contracts/errors.ts';
import type { BatchView } from '../../contracts/views.ts';
import { isFinalTaskStatus, ON_FAILURE, ON_USAGE_LIMIT } from '../../contracts/vocabulary.ts';
import { connect } from '../connect.ts';
import type { CliContext, Handler } from '../context.ts';
import type { NeedFlags } from '../needs.ts';
import { newCommandId, operand, outputOptions, printEither } from '../output.ts';
import { batchLines } from '../render/batch.ts';
import { resolveProject } from '../repository.ts';
import { selectRequirements, tasksFor } from '../requirements.ts';
import { resolveBatch, resolveTask } from '../resolve.ts';

interface EditFlags {
  readonly name?: string;
  readonly onFailure?: string;
  readonly attempts?: string;
  readonly maxFixes?: string;
  readonly onUsageLimit?: string;
  readonly json?: boolean;
}

/** Changes name and limits of a batch. @throws AppError invalid_input for a value that there is not */
export const editBatch: Handler<EditFlags> = async (context, flags, args) => {
  const { name } = flags;
  const body = {
    commandId: newCommandId(),
    name,
    onFailure: wordOf('--on-failure', flags.onFailure, ON_FAILURE),
    attempts: countOf('--attempts', flags.attempts),
    maxFixes: countOf('--max-fixes', flags.maxFixes),
    onUsageLimit: wordOf('--on-usage-limit', flags.onUsageLimit, ON_USAGE_LIMIT),
  };
  const { client } = await connect(context);
  const id = await resolveBatch(context, client, operand(args, 0));
  return show(context, flags.json, await client.call('editBatch', { params: { id }, body }));
};

function wordOf<Word extends string>(flag: string, text: string | undefined, words: readonly Word[]): Word | undefined {
  const word = words.find((each) => each === text);
  if (text === undefined || word !== undefined) return word;
  throw new AppError('invalid_input', `${flag} ${text} is not one of ${words.join(', ')}.`);
}

function countOf(flag: string, text: string | undefined): number | undefined {
  if (text === undefined || /^\d{1,3}$/.test(text)) return text === undefined ? undefined : Number(text);
  throw new AppError('invalid_input', `${flag} ${text} is not a number.`);
}

/** Adds requirements at the end of a batch. */
export const addTasks: Handler<NeedFlags & { project?: string; again?: boolean; json?: boolean }> = async (
  context,
  flags,
  args,
) => {
  const { client } = await connect(context);
  const id = await resolveBatch(context, client, operand(args, 0));
  const project = await resolveProject(context, client, flags.project);
  const again = flags.again === true;
  const requirements = await selectRequirements(client, { names: args.slice(1), project, again });
  const body = { commandId: newCommandId(), tasks: tasksFor(project, requirements, flags), again };
  return show(context, flags.json, await client.call('addTasks', { params: { id }, body }));
};

/** Takes queued tasks out. */
export const removeTasks: Handler<{ json?: boolean }> = async (context, flags, args) => {
  const { client } = await connect(context);
  const id = await resolveBatch(context, client, operand(args, 0));
  const taskIds: string[] = [];
  for (const name of args.slice(1)) taskIds.push(await resolveTask(context, client, name, id));
  const body = { commandId: newCommandId(), taskIds };
  return show(context, flags.json, await client.call('removeTasks', { params: { id }, body }));
};

/** Moves a queued task. */
export const moveTask: Handler<{ json?: boolean }> = async (context, flags, args) => {
  const { client } = await connect(context);
  const id = await resolveBatch(context, client, operand(args, 0));
  const taskId = await resolveTask(context, client, operand(args, 1), id);
  const batch = await client.call('getBatch', { params: { id } });
  const position = placeOf(operand(args, 2), batch);
  const body = { commandId: newCommandId(), taskId, position };
  return show(context, flags.json, await client.call('moveTask', { params: { id }, body }));
};

/**
 * A place among the open tasks: `first`, `last` or a number from 0.
 * @throws AppError invalid_input
 */
export function placeOf(text: string, batch: Pick<BatchView, 'tasks'>): number {
  if (text === 'first') return 0;
  const open = batch.tasks.filter((task) => !isFinalTaskStatus(task.status)).length;
  if (text === 'last') return Math.max(0, open - 1);
  if (/^\d{1,5}$/.test(text)) return Number(text);
  throw new AppError('invalid_input', `The position ${text} is not first, last or a number from 0.`, {
    details: { next: '`nightloom batch move <batch> <task> first`; positions count the open tasks.' },
  });
}

function show(context: CliContext, json: boolean | undefined, batch: BatchView): number {
  printEither(context, json, batch, () => batchLines(batch, outputOptions(context)));
  return 0;
}
