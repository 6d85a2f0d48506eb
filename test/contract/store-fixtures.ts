/** Small makers of what a store is given. */
import { asId } from '../../src/contracts/ids.ts';
import type { BatchId, TaskId } from '../../src/contracts/ids.ts';
import type { BatchHead, BatchRecord, TaskRecord } from '../../src/contracts/record.ts';
import type { AttemptRecord, TaskDetails } from '../../src/contracts/state.ts';
import { emptyDetails } from '../../src/domain/batch-state.ts';
import { newBatchState } from '../../src/domain/new-batch.ts';
import type { NewBatch, ProjectRow, TaskDefinition } from '../../src/store/store.ts';

export const T0 = Date.UTC(2026, 0, 31, 22, 0, 0);
const HOST = asId('host', 'laptop-ab12');
export const PROJECT = asId('project', 'p_aaaaaaaaaa');
export const OTHER_PROJECT = asId('project', 'p_bbbbbbbbbb');

const padded = (number: number): string => String(number).padStart(10, '0');
export const batchId = (number: number): BatchId => asId('batch', `b_${padded(number)}`);
export const taskId = (number: number): TaskId => asId('task', `t_${padded(number)}`);

export function projectRow(changes: Partial<ProjectRow> = {}): ProjectRow {
  return {
    id: PROJECT,
    name: 'shop',
    path: '/srv/shop',
    host: HOST,
    settings: {},
    trustedSha256: null,
    createdAtMs: T0,
    ...changes,
  };
}

export function definition(number: number, changes: Partial<TaskDefinition> = {}): TaskDefinition {
  return {
    id: taskId(number),
    project: PROJECT,
    kind: 'requirement',
    name: `req-${number}`,
    title: `Requirement ${number}`,
    sha256: 'a'.repeat(64),
    params: {},
    ...changes,
  };
}

export function newBatch(number: number, tasks: readonly TaskDefinition[], changes: Partial<NewBatch> = {}): NewBatch {
  return {
    id: batchId(number),
    name: `night ${number}`,
    host: HOST,
    project: PROJECT,
    epoch: 1,
    onFailure: 'continue',
    flags: {},
    createdAtMs: T0 + number,
    tasks,
    ...changes,
  };
}

export function head(number: number, changes: Partial<BatchHead> = {}): BatchHead {
  const {
    tasks: _tasks,
    details: _details,
    ...untouched
  } = newBatchState({
    installation: asId('installation', 'i_aaaaaaaaaa'),
    batch: batchId(number),
    host: HOST,
    project: PROJECT,
    epoch: 1,
    name: `night ${number}`,
    onFailure: 'continue',
    accounts: {},
    tasks: [],
  });
  return { ...untouched, ...changes };
}

export function attempt(number: number, changes: Partial<AttemptRecord> = {}): AttemptRecord {
  return {
    number,
    startedAtMs: T0,
    endedAtMs: null,
    agent: 'claude',
    sessionId: null,
    outcome: null,
    message: null,
    costUsd: null,
    tokens: null,
    turns: null,
    fixes: 0,
    deniedTools: [],
    checks: [],
    ...changes,
  };
}

export function details(changes: Partial<TaskDetails> = {}): TaskDetails {
  return { ...emptyDetails(), ...changes };
}

export function record(
  number: number,
  place: { epoch?: number; seq: number },
  parts: {
    head?: Partial<BatchHead>;
    tasks?: TaskRecord[];
    removed?: TaskId[];
    events?: BatchRecord['events'];
  } = {},
): BatchRecord {
  const epoch = place.epoch ?? 1;
  return {
    batch: batchId(number),
    epoch,
    seq: place.seq,
    head: head(number, { epoch, seq: place.seq, ...parts.head }),
    tasks: parts.tasks ?? [],
    removed: parts.removed ?? [],
    events: parts.events ?? [],
  };
}
