/** `nightloom events` */
import type { Client } from '../../client/client.ts';
import type { EventView } from '../../contracts/views.ts';
import { connect } from '../connect.ts';
import type { CliContext, Handler } from '../context.ts';
import { EXIT_INTERRUPTED } from '../exit-codes.ts';
import { interruptSignal } from '../interrupt.ts';
import { outputOptions } from '../output.ts';
import { clip, oneLine, pad } from '../render/text.ts';
import { momentText } from '../render/time.ts';

interface EventFlags {
  readonly follow?: boolean;
  readonly topic?: string[];
  readonly batch?: string;
  readonly since?: number;
  readonly json?: boolean;
}

const PER_PAGE = 500;
/** Without `--since`. */
const NEWEST = 50;
const TYPE_WIDTH = 19;
const TEXT_WIDTH = 60;

/**
 * What happened after `--since`, else the newest; with `-f` what happens (after `--since`) until it is interrupted.
 * `--json`: one object a line. @throws AppError invalid_input (no topic), batch_not_found
 */
export const events: Handler<EventFlags> = async (context, flags) => {
  const { client } = await connect(context);
  if (flags.follow === true) return await follow(context, client, flags);
  const { since, batch, topic } = flags;
  const named = {
    ...(batch === undefined ? {} : { batch }),
    ...(topic === undefined ? {} : { topics: topic.join(',') }),
  };
  let after: string | undefined = since === undefined ? undefined : String(since);
  do {
    const place = after === undefined ? { limit: NEWEST } : { limit: PER_PAGE, cursor: after };
    const { items, nextCursor } = await client.call('listEvents', { query: { ...named, ...place } });
    for (const item of items) printEvent(context, flags, item);
    after = nextCursor ?? undefined;
  } while (after !== undefined);
  return 0;
};

async function follow(context: CliContext, client: Client, flags: EventFlags): Promise<number> {
  const { since, batch, topic } = flags;
  const interrupt = interruptSignal();
  const { signal } = interrupt;
  const place = since === undefined ? {} : { after: since };
  const named = { ...(batch === undefined ? {} : { batch }), ...(topic === undefined ? {} : { topics: topic }) };
  try {
    for await (const event of client.events({ ...place, ...named, signal })) printEvent(context, flags, event);
    return EXIT_INTERRUPTED;
  } finally {
    interrupt.release();
  }
}

function printEvent(context: CliContext, flags: EventFlags, event: EventView): void {
  if (flags.json === true) {
    context.print(JSON.stringify(event));
    return;
  }
  const { nowMs } = outputOptions(context);
  const facts = Object.entries(event.data).map(
    ([name, value]) => `${name}=${clip(oneLine(String(value)), TEXT_WIDTH)}`,
  );
  const subject = event.task ?? event.batch ?? '-';
  const words = [
    String(event.seq),
    momentText(event.at, { nowMs, seconds: true }),
    pad(event.type, TYPE_WIDTH),
    pad(subject, 12),
    ...facts,
  ];
  context.print(words.join('  ').trimEnd());
}
