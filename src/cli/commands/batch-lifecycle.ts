/** `nightloom batch offload|retry|delete|restore` */
import { CATEGORIES } from '../../contracts/error-catalogue.ts';
import { connect } from '../connect.ts';
import type { Handler } from '../context.ts';
import { EXIT_USAGE } from '../exit-codes.ts';
import { newCommandId, operand, outputOptions, printEither } from '../output.ts';
import { batchLines } from '../render/batch.ts';
import { offloadLines } from '../render/lanes.ts';
import { oneLine } from '../render/text.ts';
import { momentText } from '../render/time.ts';
import { resolveBatch, resolveTask } from '../resolve.ts';

interface OffloadFlags {
  readonly new?: string;
  readonly running?: boolean;
  readonly json?: boolean;
}

/** Moves tasks to another batch; exit 5 when some of them stayed. */
export const offload: Handler<OffloadFlags> = async (context, flags, args) => {
  const names = flags.new === undefined ? args.slice(2) : args.slice(1);
  if (names.length === 0) {
    context.note('Name the target batch (or give --new) and the tasks.\nNext: nightloom batch offload --help');
    return EXIT_USAGE;
  }
  const { client } = await connect(context);
  const id = await resolveBatch(context, client, operand(args, 0));
  const to = flags.new === undefined ? await resolveBatch(context, client, operand(args, 1)) : null;
  const taskIds: string[] = [];
  for (const name of names) taskIds.push(await resolveTask(context, client, name, id));
  const answer = await client.call('offload', {
    params: { id },
    body: {
      commandId: newCommandId(),
      taskIds,
      running: flags.running === true,
      ...(to === null ? { newBatch: flags.new === undefined ? {} : { name: flags.new } } : { to }),
    },
  });
  printEither(context, flags.json, answer, () => offloadLines(answer, outputOptions(context)));
  return answer.tasks.some((task) => task.result === 'stayed') ? CATEGORIES.conflict.exit : 0;
};

/** Queues failed tasks again: the named ones, else all. */
export const retryBatch: Handler<{ json?: boolean }> = async (context, flags, args) => {
  const { client } = await connect(context);
  const id = await resolveBatch(context, client, operand(args, 0));
  const taskIds: string[] = [];
  for (const name of args.slice(1)) taskIds.push(await resolveTask(context, client, name, id));
  const body = { commandId: newCommandId(), ...(taskIds.length === 0 ? {} : { taskIds }) };
  const batch = await client.call('retryBatch', { params: { id }, body });
  printEither(context, flags.json, batch, () => batchLines(batch, outputOptions(context)));
  return 0;
};

/** Cancels a batch if it is open, and hides it. */
export const deleteBatch: Handler<{ json?: boolean }> = async (context, flags, args) => {
  const { client } = await connect(context);
  const id = await resolveBatch(context, client, operand(args, 0));
  const deleted = await client.call('deleteBatch', { params: { id } });
  printEither(context, flags.json, deleted, () => [
    `${oneLine(deleted.name)} (${deleted.id}): ${deleted.message}`,
    `Undo it until ${momentText(deleted.restorableUntil, { nowMs: Date.now() })}: nightloom batch restore ${deleted.id}`,
  ]);
  return 0;
};

/** Undoes a deletion. */
export const restoreBatch: Handler<{ json?: boolean }> = async (context, flags, args) => {
  const { client } = await connect(context);
  const id = await resolveBatch(context, client, operand(args, 0), 'deleted');
  const batch = await client.call('restoreBatch', { params: { id } });
  printEither(context, flags.json, batch, () => batchLines(batch, outputOptions(context)));
  return 0;
};
