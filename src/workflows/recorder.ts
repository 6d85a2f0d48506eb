/**
 * Writes the projection: state, never deltas; one record at a time, later changes merge into the next, nobody waits.
 * Runs in the workflow sandbox: changing the order of awaits breaks replay.
 */
import type { JournalEntry } from '../contracts/events.ts';
import type { TaskId } from '../contracts/ids.ts';
import type { BatchRecord, TaskRecord } from '../contracts/record.ts';
import type { BatchState, TaskDetails } from '../contracts/state.ts';
import { isFinalTaskStatus } from '../contracts/vocabulary.ts';
import type { LoopPorts } from './ports.ts';

/** Tasks in one record: 10,000 changed at once go in several. */
const MAX_TASKS = 500;
/** Pauses after a record that failed; the last one repeated. */
const RETRY_PAUSES_MS = [2000, 5000, 15_000, 30_000];

/** From the end of a task to the start of the next it takes about ten. */
const TURNS_BEFORE_RECORD = 12;

/** Collects what changed and writes it. */
export class Recorder {
  readonly #state: BatchState;
  readonly #ports: LoopPorts;
  #tasks = new Set<TaskId>();
  #removed = new Set<TaskId>();
  #events: JournalEntry[] = [];
  #headChanged = false;
  #pumping = false;
  #draining = false;
  #failures = 0;

  constructor(state: BatchState, ports: LoopPorts) {
    this.#state = state;
    this.#ports = ports;
  }

  /** True while the database does not take records: then no task may start. */
  get isBehind(): boolean {
    return this.#failures > 0;
  }

  /** True while something is not written yet. */
  get isBusy(): boolean {
    return this.#pumping || this.#hasChanges();
  }

  /** Notes that these tasks changed (and the batch with them). */
  touch(...tasks: TaskId[]): void {
    for (const task of tasks) this.#tasks.add(task);
    this.#headChanged = true;
    this.#kick();
  }

  /** Notes that these tasks are gone from the batch. */
  remove(...tasks: TaskId[]): void {
    for (const task of tasks) {
      this.#tasks.delete(task);
      this.#removed.add(task);
    }
    this.touch();
  }

  /** Adds an entry to the journal; its id must be made of content. */
  event(entry: Omit<JournalEntry, 'atMs' | 'batch'>): void {
    this.#events.push({ ...entry, atMs: this.#ports.now(), batch: this.#state.batch });
    this.#headChanged = true;
    this.#kick();
  }

  /**
   * Ends the execution's recording: waits for the record under way, then writes what is left, and what comes meanwhile,
   * by an activity that is tried until it succeeds. May be called again; nothing else records from here on, because of
   * two records at a time the older one could be refused.
   */
  async drain(): Promise<void> {
    this.#draining = true;
    await this.#ports.waitUntil(() => !this.#pumping, null, 'record');
    while (this.#hasChanges()) {
      const record = this.#take();
      await this.#ports.recordFinal(record);
      this.#written(record);
    }
  }

  #kick(): void {
    this.#ports.changed();
    if (this.#pumping || this.#draining) return;
    this.#pumping = true;
    void this.#pump();
  }

  async #pump(): Promise<void> {
    // Lets the code that made the first change make the others too, also across a few awaits of what is there already: the
    // end of one task and the start of the next are one record, and nothing is sent to the server while one is written.
    for (let turns = 0; turns < TURNS_BEFORE_RECORD; turns += 1) await Promise.resolve();
    try {
      while (this.#hasChanges()) {
        const record = this.#take();
        try {
          await this.#ports.control.record(record);
          this.#written(record);
          this.#failures = 0;
        } catch {
          this.#putBack(record);
          this.#failures += 1;
          const pauseMs = RETRY_PAUSES_MS[Math.min(this.#failures, RETRY_PAUSES_MS.length) - 1] ?? 0;
          await this.#ports.waitUntil(() => this.#draining, pauseMs, 'record again');
        }
        if (this.#draining) return;
      }
    } catch {
      // Only a cancellation of the workflow ends up here; the final record writes what is left.
    } finally {
      this.#pumping = false;
    }
  }

  #hasChanges(): boolean {
    return this.#headChanged || this.#tasks.size > 0 || this.#removed.size > 0 || this.#events.length > 0;
  }

  #take(): BatchRecord {
    const { tasks: _tasks, details: _details, ...head } = this.#state;
    const chosen = new Set([...this.#tasks].slice(0, MAX_TASKS));
    for (const id of chosen) this.#tasks.delete(id);
    const tasks: TaskRecord[] = this.#state.tasks
      .filter((task) => chosen.has(task.id))
      .map((task) => ({ state: { ...task }, details: copy(this.#state.details[task.id]) }));
    this.#state.seq += 1;
    const record: BatchRecord = {
      batch: this.#state.batch,
      epoch: this.#state.epoch,
      seq: this.#state.seq,
      head: { ...head, seq: this.#state.seq },
      tasks,
      removed: [...this.#removed],
      events: this.#events,
    };
    this.#removed = new Set();
    this.#events = [];
    this.#headChanged = false;
    return record;
  }

  #putBack(record: BatchRecord): void {
    for (const { state } of record.tasks) this.#tasks.add(state.id);
    for (const id of record.removed) this.#removed.add(id);
    this.#events = [...record.events, ...this.#events];
    this.#headChanged = true;
  }

  /** What is in SQL need not be carried: ended attempts always, everything of tasks that are over. */
  #written(record: BatchRecord): void {
    for (const { state, details } of record.tasks) {
      const present = this.#state.details[state.id];
      if (present === undefined || details === null) continue;
      if (this.#tasks.has(state.id)) continue;
      if (isFinalTaskStatus(state.status)) delete this.#state.details[state.id];
      else present.attempts = present.attempts.filter((attempt) => attempt.endedAtMs === null);
    }
  }
}

function copy(details: TaskDetails | undefined): TaskDetails | null {
  if (details === undefined) return null;
  return {
    ...details,
    waits: details.waits.map((wait) => ({ ...wait })),
    attempts: [...details.attempts],
    notes: [...details.notes],
  };
}
