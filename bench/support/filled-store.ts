/** Writes into the database of a stack what a long time would leave: tasks that ended, and a batch that waits. */
import { asId } from '../../src/contracts/ids.ts';
import type { EventType } from '../../src/contracts/events.ts';
import type { AttemptRecord } from '../../src/contracts/state.ts';
import { emptyDetails } from '../../src/domain/batch-state.ts';
import { newBatchState } from '../../src/domain/new-batch.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { Store, TaskDefinition } from '../../src/store/store.ts';

const HOST = asId('host', 'bench-0000');
const INSTALLATION = asId('installation', 'i_bench00000');
const PROJECT = asId('project', 'p_bench00000');
const TASKS_PER_BATCH = 1000;
const ATTEMPT_MS = 90_000;

/** How many tasks of each sort there are to be; both in thousands. */
export interface Filling {
  readonly ended: number;
  readonly waiting: number;
}

/** Fills the SQLite `file`, which the stack has open as well. */
export async function fillStore(file: string, { ended, waiting }: Filling): Promise<void> {
  const store = await openStore({ file });
  try {
    for (let at = 0; at < ended; at += TASKS_PER_BATCH) await addBatch(store, at, 'completed');
    for (let at = 0; at < waiting; at += TASKS_PER_BATCH) await addBatch(store, ended + at, 'queued');
  } finally {
    await store.close();
  }
}

async function addBatch(store: Store, first: number, status: 'completed' | 'queued'): Promise<void> {
  const batch = asId('batch', `b_${padded(first)}`);
  const nowMs = Date.now();
  const tasks = Array.from({ length: TASKS_PER_BATCH }, (_none, index) => definition(first + index));
  const flags = {};
  const shared = { name: `Bench ${first}`, host: HOST, project: PROJECT, epoch: 1, onFailure: 'continue' as const };
  await store.batches.create({ ...shared, id: batch, flags, createdAtMs: nowMs, tasks });
  const state = newBatchState({ ...shared, installation: INSTALLATION, batch, accounts: {}, tasks: [] });
  const { tasks: _tasks, details: _details, ...untouched } = state;
  const head = { ...untouched, seq: 1, status: status === 'completed' ? ('completed' as const) : ('running' as const) };
  await store.batches.confirm(batch, head);
  const records = tasks.map(({ id }, index) => ({
    state: { id, status, rank: index, ...(status === 'completed' ? { attempt: 1 } : {}) },
    details: status === 'completed' ? { ...emptyDetails(), attempts: [attempt(nowMs)] } : null,
  }));
  const type: EventType = 'task.completed';
  const events = tasks.map(({ id }) => ({ id: `${id}:1:completed`, type, atMs: nowMs, batch, task: id, data: {} }));
  const written = status === 'completed' ? events : [];
  await store.record({ batch, epoch: 1, seq: 1, head, tasks: records, removed: [], events: written }, nowMs);
}

function definition(number: number): TaskDefinition {
  return {
    id: asId('task', `t_${padded(number)}`),
    project: PROJECT,
    kind: 'requirement',
    name: `bench-${number}`,
    title: `Bench ${number}`,
    sha256: 'a'.repeat(64),
    params: {},
  };
}

function attempt(nowMs: number): AttemptRecord {
  return {
    number: 1,
    startedAtMs: nowMs - ATTEMPT_MS,
    endedAtMs: nowMs,
    agent: 'claude',
    sessionId: null,
    outcome: 'succeeded',
    message: null,
    costUsd: 0.42,
    tokens: 12_000,
    turns: 9,
    fixes: 0,
    deniedTools: [],
    checks: [],
  };
}

function padded(number: number): string {
  return String(number).padStart(10, '0');
}
