/** `nightloom prune` */
import { connect } from '../connect.ts';
import type { Handler } from '../context.ts';
import { printEither } from '../output.ts';
import { columns, counted, oneLine } from '../render/text.ts';
import { bytesText } from '../render/time.ts';

/** Removes (or lists) what is no longer needed. */
export const prune: Handler<{ dryRun?: boolean; json?: boolean }> = async (context, flags) => {
  const { client } = await connect(context);
  const dryRun = flags.dryRun === true;
  const answer = await client.call('prune', { body: { dryRun } });
  printEither(context, flags.json, answer, () => {
    const gone = answer.items.filter((item) => !item.kept);
    const bytes = gone.reduce((sum, item) => sum + (item.bytes ?? 0), 0);
    const what = dryRun ? 'would be removed' : 'removed';
    const rows = answer.items.map((item) => [
      item.kept ? 'kept' : what,
      item.kind.replaceAll('_', ' '),
      item.name,
      item.bytes === null ? '' : bytesText(item.bytes),
      oneLine(item.reason),
    ]);
    return [...columns(rows), `${counted(gone.length, 'thing')} ${what} (${bytesText(bytes)}).`];
  });
  return 0;
};
