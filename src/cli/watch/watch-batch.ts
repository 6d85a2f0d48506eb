/** Watches a batch until it ends, needs the user, or the user has seen enough. Watching changes nothing. */
import { stderr } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../contracts/errors.ts';
import { isId, soloTaskOf } from '../../contracts/ids.ts';
import type { TaskId } from '../../contracts/ids.ts';
import type { ProgressView } from '../../contracts/log-views.ts';
import type { BatchView, EventView } from '../../contracts/views.ts';
import { isFinalTaskStatus } from '../../contracts/vocabulary.ts';
import type { CliContext } from '../context.ts';
import { interruptSignal } from '../interrupt.ts';
import type { Client } from '../../client/client.ts';
import { taskLine } from '../render/batch.ts';
import { blockLines, eventLines, fixLine } from './progress-text.ts';
import { liveScreen, plainScreen } from './screen.ts';
import type { Screen } from './screen.ts';

const REFRESH_MS = 1_000;
const RECONNECT_MS = 1_000;
/** The last events may come a moment after the view that already contains their effect. */
const LAST_EVENTS_MS = 300;
/** How long a script waits for a stack that went away; a person may wait as long as they like. */
const PATIENCE_MS = 120_000;

/** Why watching ended, and the last view. */
export interface WatchEnd {
  readonly why: 'ended' | 'needs-user' | 'interrupted';
  readonly batch: BatchView | null;
}

/**
 * Shows progress on standard error until the batch has ended; without a terminal also until it needs the user.
 * @throws AppError stack_unreachable when the stack stays away and nobody is there to see it
 */
export async function watchBatch(context: CliContext, client: Client, id: string): Promise<WatchEnd> {
  const interrupt = interruptSignal();
  const stop = new AbortController();
  const signal = AbortSignal.any([interrupt.signal, stop.signal]);
  const screen = context.redraw ? liveScreen((text) => void stderr.write(text)) : plainScreen(context);
  const watch = new Watch(context, client, id, screen);
  const collecting = watch.collect(signal);
  try {
    return await watch.untilEnd(interrupt.signal);
  } finally {
    stop.abort();
    await collecting;
    screen.close();
    interrupt.release();
  }
}

class Watch {
  readonly #context: CliContext;
  readonly #client: Client;
  readonly #id: string;
  readonly #screen: Screen;
  /** The task, if it runs by itself: then there is no batch to speak of. */
  readonly #alone: TaskId | null;
  readonly #announced = new Set<string>();
  readonly #saidFix = new Set<string>();
  #queue: EventView[] = [];
  #wake: () => void = () => undefined;
  #view: BatchView | null = null;
  #lastSeq = 0;
  #saidLeave = false;
  #awaySinceMs: number | null = null;

  constructor(context: CliContext, client: Client, id: string, screen: Screen) {
    this.#context = context;
    this.#client = client;
    this.#id = id;
    this.#screen = screen;
    this.#alone = isId('batch', id) ? soloTaskOf(id) : null;
  }

  /** Receives events until aborted; a broken connection is made again where it broke. */
  async collect(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        for await (const event of this.#client.events({ after: this.#lastSeq, batch: this.#id, signal })) {
          if (event.seq <= this.#lastSeq) continue;
          this.#lastSeq = event.seq;
          this.#queue.push(event);
          this.#wake();
        }
      } catch {
        // The view is read by itself all the time: it says what is wrong.
      }
      await sleep(RECONNECT_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  async untilEnd(interrupted: AbortSignal): Promise<WatchEnd> {
    while (!interrupted.aborted) {
      const end = await this.#refresh();
      if (end !== null) {
        await sleep(LAST_EVENTS_MS, undefined, { signal: interrupted }).catch(() => undefined);
        await this.#refresh();
        this.#announceRest();
        return { why: end, batch: this.#view };
      }
      if (this.#queue.length === 0) await this.#eventOrTime(interrupted);
    }
    return { why: 'interrupted', batch: this.#view };
  }

  async #eventOrTime(interrupted: AbortSignal): Promise<void> {
    const timer = new AbortController();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const signal = AbortSignal.any([timer.signal, interrupted]);
    await Promise.race([promise, sleep(REFRESH_MS, undefined, { signal }).catch(() => undefined)]);
    timer.abort();
  }

  /** Reads the batch and says what is new; gives why watching is over, or null. */
  async #refresh(): Promise<'ended' | 'needs-user' | null> {
    const events = this.#queue;
    this.#queue = [];
    const batch = await this.#read();
    if (batch === null) {
      this.#queue.unshift(...events);
      return null;
    }
    this.#sayChanges(batch, events);
    if (batch.status === 'completed' || batch.status === 'cancelled') return 'ended';
    return !this.#context.redraw && needsUser(batch) ? 'needs-user' : null;
  }

  async #read(): Promise<BatchView | null> {
    try {
      const batch = await this.#client.call('getBatch', { params: { id: this.#id } });
      const running = batch.tasks.find((task) => task.status === 'running');
      const progress = running === undefined || !this.#context.redraw ? null : await this.#progressOf(running.id);
      if (this.#awaySinceMs !== null) this.#screen.lines(['The stack answers again.']);
      this.#awaySinceMs = null;
      this.#view = batch;
      this.#screen.block(blockLines(batch, progress, { ...this.#options(), columns: this.#context.columns }));
      return batch;
    } catch (error) {
      if (!AppError.is(error, 'stack_unreachable')) throw error;
      this.#sayAway(error);
      await sleep(RECONNECT_MS);
      return null;
    }
  }

  async #progressOf(task: string): Promise<ProgressView | null> {
    return (await this.#client.call('taskProgress', { params: { id: task } })).progress;
  }

  #sayAway(error: AppError): void {
    const nowMs = performance.now();
    if (this.#awaySinceMs === null) {
      this.#awaySinceMs = nowMs;
      this.#screen.lines(['The stack does not answer; running agents go on. `nightloom up` takes the batch up again.']);
    }
    if (!this.#context.redraw && nowMs - this.#awaySinceMs > PATIENCE_MS) throw error;
  }

  #sayChanges(batch: BatchView, events: readonly EventView[]): void {
    for (const event of events) {
      if (event.task !== null && isEndOfTask(event)) this.#announced.add(event.task);
      if (this.#alone === null || event.task !== null) this.#screen.lines(eventLines(event, batch, this.#options()));
    }
    this.#sayFix(batch);
    if (this.#saidLeave || !batch.tasks.some((task) => task.startedAt !== null)) return;
    this.#saidLeave = true;
    const first = this.#alone === null ? 'First task running' : 'It is running';
    const again = this.#alone === null ? `batch show ${batch.id}` : `task show ${this.#alone}`;
    this.#screen.lines([`${first}, you can leave. Look again: nightloom ${again}`]);
  }

  /** The journal has no entry for a fix round, but whoever watches wants to see one. */
  #sayFix(batch: BatchView): void {
    const fixing = batch.tasks.find((task) => task.status === 'running' && task.step === 'fix');
    if (fixing === undefined || this.#saidFix.has(fixing.id)) return;
    this.#saidFix.add(fixing.id);
    this.#screen.lines([fixLine(fixing, new Date().toISOString(), this.#options())]);
  }

  /** Lines for tasks whose last event did not arrive before the end. */
  #announceRest(): void {
    const missed = this.#view?.tasks.filter((task) => isFinalTaskStatus(task.status) && !this.#announced.has(task.id));
    this.#screen.lines((missed ?? []).map((task) => taskLine(task, this.#options())));
  }

  #options(): { style: CliContext['err']; nowMs: number } {
    return { style: this.#context.err, nowMs: Date.now() };
  }
}

function isEndOfTask(event: EventView): boolean {
  return ['task.completed', 'task.failed', 'task.skipped', 'task.cancelled'].includes(event.type);
}

/** True if the batch will not go on by itself. */
export function needsUser(batch: Pick<BatchView, 'status' | 'hold'>): boolean {
  if (batch.status === 'paused') return true;
  const reason = batch.hold?.reason;
  return reason === 'needs_login' || reason === 'environment' || reason === 'budget';
}
