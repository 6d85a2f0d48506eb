/** Keeps what tasks left as soon as they end, so that nothing is lost when their runs are removed unread. */
import type { ApiDeps } from '../deps.ts';
import { resultOf } from './results.ts';

type Deps = Pick<ApiDeps, 'store' | 'door' | 'host' | 'logger'>;

/** The journal tells of most ends at once; what was missed (host away, API down) is found by a look at all rows. */
const LOOK_AGAIN_MS = 10 * 60_000;
/** Ends come in bursts. */
const GATHER_MS = 250;
const EVENTS_AT_ONCE = 500;
const ROWS_AT_ONCE = 100;

/** See {@link createResultKeeper}. */
export interface ResultKeeper {
  /** From here on. What ended before is looked for too. */
  start(): Promise<void>;
  /** Waits for what is under way. */
  stop(): Promise<void>;
}

/** Keeps the results of the tasks of the host whose door this is. */
export function createResultKeeper(deps: Deps): ResultKeeper {
  const { store, logger } = deps;
  let stopped = false;
  let seq = 0;
  let working: Promise<void> = Promise.resolve();
  let gathering: NodeJS.Timeout | null = null;
  const inTurn = (work: () => Promise<unknown>): void => {
    working = working.then(async () => {
      if (stopped) return;
      await work().catch((err: unknown) => logger.warn({ err }, 'results of tasks could not be kept yet'));
    });
  };
  const gather = (): void => {
    if (stopped) return;
    gathering ??= setTimeout(() => {
      gathering = null;
      inTurn(async () => {
        seq = await keepOfEvents(deps, seq);
      });
    }, GATHER_MS);
  };
  const unsubscribe = store.events.onAppend(gather);
  const timer = setInterval(() => inTurn(() => sweep(deps)), LOOK_AGAIN_MS);
  return {
    start: async () => {
      seq = await store.events.lastSeq();
      inTurn(() => sweep(deps));
    },
    stop: async () => {
      stopped = true;
      unsubscribe();
      clearInterval(timer);
      if (gathering !== null) clearTimeout(gathering);
      await working;
    },
  };
}

async function keepOfEvents(deps: Deps, after: number): Promise<number> {
  let seq = after;
  for (;;) {
    const events = await deps.store.events.after(seq, { limit: EVENTS_AT_ONCE });
    for (const event of events) {
      seq = event.seq;
      if (event.task === null || !ENDS.has(event.type)) continue;
      const row = await deps.store.tasks.get(event.task);
      if (row !== null) await resultOf(deps, row);
    }
    if (events.length < EVENTS_AT_ONCE) return seq;
  }
}

const ENDS: ReadonlySet<string> = new Set(['task.completed', 'task.failed', 'task.cancelled']);

/** What has left nothing is noted as such, and not asked for again; a host that does not answer is. */
async function sweep({ store, door, host }: Deps): Promise<void> {
  for (;;) {
    const rows = await store.tasks.withoutResult(host, ROWS_AT_ONCE);
    for (const { definition, state } of rows) {
      await store.tasks.setResult(definition.id, await door.taskResult(definition.id, state.attempt ?? 1));
    }
    if (rows.length < ROWS_AT_ONCE) return;
  }
}
