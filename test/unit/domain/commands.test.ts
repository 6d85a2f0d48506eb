import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TaskId } from '../../../src/contracts/ids.ts';
import type { BatchState } from '../../../src/contracts/state.ts';
import { isFinalTaskStatus } from '../../../src/contracts/vocabulary.ts';
import type { TaskStatus } from '../../../src/contracts/vocabulary.ts';
import { setTaskStatus, sortTasks } from '../../../src/domain/batch-state.ts';
import { nextInTurn } from '../../../src/domain/dependencies.ts';
import {
  answer,
  applyAddTasks,
  applyMoveTask,
  applyRemoveTasks,
  checkAddTasks,
  checkCancel,
  checkCancelTask,
  checkMoveTask,
  checkPause,
  checkRemoveTasks,
  checkStart,
  isSuperseded,
  knownAnswer,
  queueIdle,
} from '../../../src/domain/commands.ts';
import { batchState, taskState } from '../../support/states.ts';

const COMMAND = { commandId: 'c', number: 1 };

/** One step: what a user or the loop does to a list. Numbers choose among what is there. */
type Deed =
  | { readonly kind: 'add'; readonly count: number }
  | { readonly kind: 'remove'; readonly which: number }
  | { readonly kind: 'finish' | 'cancel' | 'start' | 'putBack'; readonly which: number }
  | { readonly kind: 'move'; readonly which: number; readonly position: number };

const deeds: fc.Arbitrary<Deed[]> = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('add' as const), count: fc.integer({ min: 1, max: 3 }) }),
    fc.record({
      kind: fc.constantFrom(
        'remove' as const,
        'finish' as const,
        'cancel' as const,
        'start' as const,
        'putBack' as const,
      ),
      which: fc.nat(50),
    }),
    fc.record({ kind: fc.constant('move' as const), which: fc.nat(50), position: fc.nat(12) }),
  ),
  { maxLength: 60 },
);

function idAt(state: BatchState, which: number): TaskId | undefined {
  return state.tasks[which % Math.max(1, state.tasks.length)]?.id;
}

function running(state: BatchState): TaskId | undefined {
  return state.tasks.find((task) => task.status === 'running')?.id;
}

/** Does the deed if its check allows it. */
function apply(state: BatchState, deed: Deed, newNumber: () => number): void {
  const taskId = deed.kind === 'add' ? undefined : idAt(state, deed.which);
  if (deed.kind === 'add') return add(state, deed.count, newNumber);
  if (taskId === undefined) return;
  if (deed.kind === 'move') return move(state, taskId, deed.position);
  if (deed.kind === 'remove') {
    const command = { ...COMMAND, taskIds: [taskId] };
    if (checkRemoveTasks(state, command) === null) applyRemoveTasks(state, command);
    return;
  }
  if (deed.kind === 'cancel') return cancel(state, taskId);
  work(state, deed.kind);
}

function add(state: BatchState, count: number, newNumber: () => number): void {
  const tasks = Array.from({ length: count }, () => taskState(newNumber()));
  if (checkAddTasks(state, { ...COMMAND, tasks }) === null) applyAddTasks(state, { ...COMMAND, tasks });
}

function move(state: BatchState, taskId: TaskId, position: number): void {
  const command = { ...COMMAND, taskId, position };
  if (checkMoveTask(state, command) !== null) return;
  const openBefore = movable(state).filter((id) => id !== taskId);
  applyMoveTask(state, command);
  const place = Math.min(position, openBefore.length);
  expect(movable(state)).toEqual(openBefore.toSpliced(place, 0, taskId));
}

function cancel(state: BatchState, taskId: TaskId): void {
  const task = state.tasks.find(({ id }) => id === taskId);
  if (task !== undefined && movable(state).includes(taskId)) setTaskStatus(task, 'cancelled');
}

/** What the loop does: starts the next task, ends the running one, or puts it back. */
function work(state: BatchState, kind: 'start' | 'finish' | 'putBack'): void {
  const present = state.tasks.find((task) => task.status === 'running');
  if (kind === 'start' && present === undefined) {
    const next = nextInTurn(state);
    if (next !== undefined) setTaskStatus(next, 'running');
  }
  if (kind !== 'start' && present !== undefined) setTaskStatus(present, kind === 'finish' ? 'completed' : 'waiting');
}

function movable(state: BatchState): TaskId[] {
  return state.tasks.filter((task) => !isFinalTaskStatus(task.status) && task.status !== 'running').map(({ id }) => id);
}

function expectSound(state: BatchState): void {
  const ranks = state.tasks.map((task) => task.rank);
  expect(ranks).toEqual(ranks.toSorted((left, right) => left - right));
  expect(new Set(ranks).size).toBe(ranks.length);
  expect(new Set(state.tasks.map(({ id }) => id)).size).toBe(state.tasks.length);
  for (const rank of ranks) expect(Number.isSafeInteger(rank)).toBe(true);
  const sorted = { ...state, tasks: [...state.tasks] };
  sortTasks(sorted);
  expect(sorted.tasks).toEqual(state.tasks);
}

describe('the list of tasks', () => {
  it('[P1] stays sorted and unique, and the running task stays where it is, whatever users do', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), deeds, (count, list) => {
        const state = batchState(count, { status: 'running' });
        let number = count;
        for (const deed of list) {
          const before = running(state);
          apply(state, deed, () => number++);
          expectSound(state);
          if (before === undefined || deed.kind === 'finish' || deed.kind === 'putBack') continue;
          expect(running(state)).toBe(before);
          const open = state.tasks.filter((task) => !isFinalTaskStatus(task.status));
          expect(open[0]?.id).toBe(before);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('makes all ranks anew when there is no number left between two', () => {
    const state = batchState(4);
    for (let round = 0; round < 40; round += 1) {
      const last = state.tasks.at(-1);
      if (last === undefined) throw new Error('no task');
      const changed = applyMoveTask(state, { ...COMMAND, taskId: last.id, position: 1 });
      expect(changed).toContain(last.id);
      expectSound(state);
    }
  });

  it('queues what a reset put back to idle', () => {
    const state = batchState(3);
    for (const task of state.tasks.slice(0, 2)) setTaskStatus(task, 'idle');
    expect(queueIdle(state)).toHaveLength(2);
    expect(state.tasks.map((task) => task.status)).toEqual(['queued', 'queued', 'queued']);
  });
});

describe('refusals', () => {
  const only = (status: TaskStatus, attempt?: number): BatchState => {
    const task = { ...taskState(0, status), ...(attempt === undefined ? {} : { attempt }) };
    return batchState(0, { status: 'running', tasks: [task] });
  };
  const taskId = taskState(0).id;

  it.each([
    ['running', undefined, 'task_running'],
    ['completed', 1, 'illegal_transition'],
    ['failed', 1, 'illegal_transition'],
    ['waiting', 1, 'illegal_transition'],
    ['queued', undefined, null],
    ['idle', undefined, null],
  ] as const)('removing a task that is %s', (status, attempt, code) => {
    expect(checkRemoveTasks(only(status, attempt), { ...COMMAND, taskIds: [taskId] })?.code ?? null).toBe(code);
  });

  it.each([
    ['running', 'task_running'],
    ['completed', 'illegal_transition'],
    ['waiting', null],
  ] as const)('moving a task that is %s', (status, code) => {
    expect(checkMoveTask(only(status), { ...COMMAND, taskId, position: 0 })?.code ?? null).toBe(code);
  });

  it.each([
    ['running', null],
    ['waiting', null],
    ['cancelled', null],
    ['completed', 'illegal_transition'],
  ] as const)('cancelling a task that is %s', (status, code) => {
    expect(checkCancelTask(only(status), { ...COMMAND, taskId })?.code ?? null).toBe(code);
  });

  it('names what is unknown', () => {
    const unknown = taskState(7).id;
    const state = only('queued');
    expect(checkRemoveTasks(state, { ...COMMAND, taskIds: [unknown] })?.code).toBe('task_not_found');
    expect(checkMoveTask(state, { ...COMMAND, taskId: unknown, position: 0 })?.code).toBe('task_not_found');
    expect(checkCancelTask(state, { ...COMMAND, taskId: unknown })?.code).toBe('task_not_found');
    expect(checkAddTasks(state, { ...COMMAND, tasks: [taskState(0)] })).toMatchObject({
      code: 'already_queued',
      details: { [taskId]: 'already there' },
    });
  });

  it('a batch that is closing takes nothing more', () => {
    const state = batchState(1, { status: 'running', closing: true });
    expect(checkStart(state)?.code).toBe('batch_closing');
    expect(checkPause(state)?.code).toBe('batch_closing');
    expect(checkAddTasks(state, { ...COMMAND, tasks: [taskState(5)] })?.code).toBe('batch_closing');
  });

  it.each([
    ['idle', null, 'illegal_transition', null],
    ['running', null, null, null],
    ['paused', null, null, null],
    ['cancelled', 'illegal_transition', 'illegal_transition', null],
    ['completed', null, 'illegal_transition', 'illegal_transition'],
  ] as const)('start, pause and cancel of a batch that is %s', (status, start, pause, cancel) => {
    const state = batchState(1, { status });
    expect([checkStart(state), checkPause(state), checkCancel(state)].map((refusal) => refusal?.code ?? null)).toEqual([
      start,
      pause,
      cancel,
    ]);
  });
});

describe('answers', () => {
  it('the last 500 are carried', () => {
    const state = batchState(1);
    for (let index = 0; index < 510; index += 1) answer(state, `c${index}`, 'applied');
    expect(state.answers).toHaveLength(500);
    expect(knownAnswer(state, 'c9')).toBeUndefined();
    expect(knownAnswer(state, 'c509')).toEqual({ result: 'applied', status: 'idle', running: null });
  });

  it('an older number is superseded, the same is not', () => {
    const state = batchState(1, { commandNumber: 5 });
    expect(isSuperseded(state, { commandId: 'x', number: 4 })).toBe(true);
    expect(isSuperseded(state, { commandId: 'x', number: 5 })).toBe(false);
  });
});
