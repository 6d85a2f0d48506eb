/**
 * Tells handlers that work now what happens in their projects: walks the journal and hands each the events that are its
 * own through the door. Keeps nothing: where a run is in the journal, its host knows.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { JournalEvent } from '../../contracts/events.ts';
import type { BatchId, ProjectId, TaskId } from '../../contracts/ids.ts';
import { traitsOf } from '../../contracts/kinds.ts';
import type { Logger } from '../../platform/logger.ts';
import type { Store, TaskRow } from '../../store/store.ts';
import type { HostDoor } from '../../contracts/host-door.ts';
import { toEventView } from '../views/small-views.ts';

/** What it works with. */
export interface TellDeps {
  readonly store: Pick<Store, 'events' | 'tasks'>;
  readonly door: Pick<HostDoor, 'tellHandler'>;
  readonly logger: Logger;
}

const EVENTS_PER_READ = 200;
const RUNNING_TASKS = 100;
/** Pause after each look: events come in crowds. */
const PAUSE_MS = 200;
/** What other processes wrote is seen after this. */
const LOOK_EVERY_MS = 1000;
const AFTER_TROUBLE_MS = 5000;
const ENDS: ReadonlySet<string> = new Set([
  'task.completed',
  'task.failed',
  'task.cancelled',
  'task.skipped',
  'task.waiting',
]);

interface Listener {
  readonly project: ProjectId;
  readonly batch: BatchId;
  /** What it knows of, or need not know of. */
  toldSeq: number;
}

/** Tells until `signal` aborts. Trouble with database or host is logged and waited for: what was not told is told then. */
export async function tellHandlers(deps: TellDeps, signal: AbortSignal): Promise<void> {
  const { store, logger } = deps;
  const teller = createTeller(deps);
  let isAsked = true;
  let lookedAt = 0;
  const unsubscribe = store.events.onAppend(() => {
    isAsked = true;
  });
  while (!signal.aborted) {
    let pauseMs = PAUSE_MS;
    if (isAsked || performance.now() - lookedAt > LOOK_EVERY_MS) {
      isAsked = false;
      lookedAt = performance.now();
      pauseMs = await teller.look().then(
        () => PAUSE_MS,
        (err: unknown) => {
          logger.warn({ err }, 'handlers could not be told of events');
          return AFTER_TROUBLE_MS;
        },
      );
    }
    await sleep(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
  }
  unsubscribe();
}

function createTeller({ store, door }: TellDeps) {
  const listeners = new Map<TaskId, Listener>();
  const projects = new Map<TaskId, ProjectId | null>();
  let seen: number | null = null;

  /** Handlers that work since before we looked for the first time. */
  const begin = async (): Promise<number> => {
    const last = await store.events.lastSeq();
    const { items } = await store.tasks.list({ status: 'running', limit: RUNNING_TASKS });
    for (const row of items.filter(isHandled)) {
      const told = await door.tellHandler(row.definition.id, []);
      const isUntold = told === null || told === 0;
      listeners.set(row.definition.id, listenerOf(row, isUntold ? await beforeStart(store, row, last) : told));
    }
    return last;
  };

  /** Looks at the next events; true: there may be more. */
  const notice = async (from: number): Promise<{ upTo: number; ended: TaskId[]; isFull: boolean }> => {
    const page = await store.events.after(from, { limit: EVENTS_PER_READ });
    const ended: TaskId[] = [];
    for (const { type, task, seq } of page) {
      if (task === null) continue;
      if (ENDS.has(type)) ended.push(task);
      const row = type === 'task.started' ? await store.tasks.get(task) : null;
      if (row !== null && isHandled(row)) listeners.set(task, listenerOf(row, seq - 1));
    }
    return { upTo: page.at(-1)?.seq ?? from, ended, isFull: page.length === EVENTS_PER_READ };
  };

  const tell = async (id: TaskId, listener: Listener, upTo: number): Promise<void> => {
    while (listener.toldSeq < upTo) {
      const page = await store.events.after(listener.toldSeq, { limit: EVENTS_PER_READ });
      const own: JournalEvent[] = [];
      for (const event of page) if (await concerns(listener, event)) own.push(event);
      if (own.length > 0 && (await door.tellHandler(id, own.map(toEventView))) === null) return;
      listener.toldSeq = page.at(-1)?.seq ?? upTo;
    }
  };

  const concerns = async ({ project, batch }: Listener, event: JournalEvent): Promise<boolean> => {
    if (event.task === null) return event.batch === batch;
    if (!projects.has(event.task))
      projects.set(event.task, (await store.tasks.get(event.task))?.definition.project ?? null);
    return projects.get(event.task) === project;
  };

  return {
    /** Tells everybody of everything up to now. @throws AppError of store or door */
    look: async (): Promise<void> => {
      seen ??= await begin();
      for (let isFull = true; isFull;) {
        const noticed = await notice(seen);
        for (const [id, listener] of listeners) await tell(id, listener, noticed.upTo);
        for (const id of noticed.ended) listeners.delete(id);
        if (listeners.size === 0) projects.clear();
        ({ upTo: seen, isFull } = noticed);
      }
    },
  };
}

/** Number of the event before the newest start of the task; `last` where the journal has none. */
async function beforeStart(
  { events }: Pick<Store, 'events'>,
  { definition, batch }: TaskRow,
  last: number,
): Promise<number> {
  let found = last;
  for (let from = 0; from < last;) {
    const page = await events.after(from, { batch, limit: EVENTS_PER_READ });
    const start = page.findLast(({ type, task }) => type === 'task.started' && task === definition.id);
    found = start === undefined ? found : start.seq - 1;
    from = page.length < EVENTS_PER_READ ? last : (page.at(-1)?.seq ?? last);
  }
  return found;
}

function isHandled({ definition }: TaskRow): boolean {
  return traitsOf(definition.kind).runs === 'handler';
}

function listenerOf({ definition, batch }: TaskRow, toldSeq: number): Listener {
  return { project: definition.project, batch, toldSeq };
}
