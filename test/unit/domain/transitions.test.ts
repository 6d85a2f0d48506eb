import { describe, expect, it } from 'vitest';
import { BATCH_STATUSES, isFinalTaskStatus, TASK_STATUSES } from '../../../src/contracts/vocabulary.ts';
import { setTaskStatus } from '../../../src/domain/batch-state.ts';
import { mayBatchBecome, mayTaskBecome } from '../../../src/domain/transitions.ts';
import { taskState } from '../../support/states.ts';

describe('transitions', () => {
  it('[P1] a completed task becomes nothing else', () => {
    for (const status of TASK_STATUSES) expect(mayTaskBecome('completed', status)).toBe(false);
  });

  it('a task starts only from queued and waiting', () => {
    expect(TASK_STATUSES.filter((status) => mayTaskBecome(status, 'running'))).toEqual(['queued', 'waiting']);
  });

  it('what is over comes back only as queued', () => {
    for (const from of TASK_STATUSES.filter(isFinalTaskStatus)) {
      const next = TASK_STATUSES.filter((to) => mayTaskBecome(from, to));
      expect(next).toEqual(from === 'completed' ? [] : ['queued']);
    }
  });

  it('a running task is never skipped or put to idle at once', () => {
    expect(mayTaskBecome('running', 'skipped')).toBe(false);
    expect(mayTaskBecome('running', 'idle')).toBe(false);
  });

  it('a cancelled batch stays so; every open one can be cancelled', () => {
    expect(BATCH_STATUSES.filter((status) => mayBatchBecome('cancelled', status))).toEqual([]);
    expect(BATCH_STATUSES.filter((status) => mayBatchBecome(status, 'cancelled'))).toEqual([
      'idle',
      'running',
      'paused',
    ]);
  });

  it('refuses what the table does not have', () => {
    const task = taskState(0, 'completed');
    expect(() => setTaskStatus(task, 'running')).toThrow(/completed.*running/);
    expect(task.status).toBe('completed');
    setTaskStatus(task, 'completed');
  });
});
