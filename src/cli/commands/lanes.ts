/** `nightloom lanes` */
import { connect } from '../connect.ts';
import type { Handler } from '../context.ts';
import { outputOptions, printEither } from '../output.ts';
import { lanesLines } from '../render/lanes.ts';

/** Shows the lanes of the host; `--limit` and `--background` change how many batches, and tasks by themselves, work at once. */
export const lanes: Handler<{ limit?: number; background?: number; json?: boolean }> = async (context, flags) => {
  const { client } = await connect(context);
  const { limit, background } = flags;
  const asks = limit === undefined && background === undefined;
  const view = asks ? await client.call('lanes') : await client.call('setLanes', { body: { limit, background } });
  printEither(context, flags.json, view, () => lanesLines(view, outputOptions(context)));
  return 0;
};
