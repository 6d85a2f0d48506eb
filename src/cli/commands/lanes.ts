/** `nightloom lanes` */
import { connect } from '../connect.ts';
import type { Handler } from '../context.ts';
import { outputOptions, printEither } from '../output.ts';
import { lanesLines } from '../render/lanes.ts';

/** Shows the lanes of the host; `--limit` changes how many batches work at once. */
export const lanes: Handler<{ limit?: number; json?: boolean }> = async (context, flags) => {
  const { client } = await connect(context);
  const { limit } = flags;
  const view = limit === undefined ? await client.call('lanes') : await client.call('setLanes', { body: { limit } });
  printEither(context, flags.json, view, () => lanesLines(view, outputOptions(context)));
  return 0;
};
