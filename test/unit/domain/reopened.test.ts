import { describe, expect, it } from 'vitest';
import type { BatchState, Hold } from '../../../src/contracts/state.ts';
import { reopenedState } from '../../../src/domain/reopened.ts';
import { attempt, details, head, T0, taskId } from '../../contract/store-fixtures.ts';

const NOTE = { epoch: 2, atMs: T0, note: 'New' };

function stateWith(changes: Partial<BatchState>): BatchState {
  return { ...head(1, { status: 'running' }), tasks: [], details: {}, ...changes };
}

describe('a batch in another Temporal', () => {
  it('has the higher epoch and the next number, and says why', () => {
    const state = reopenedState(stateWith({ seq: 7, epoch: 1, notes: ['old'] }), NOTE);
    expect(state).toMatchObject({ epoch: 2, seq: 8, notes: ['old', 'New at 2026-01-31T22:00:00.000Z.'] });
  });

  it('queues the running task, keeps its session, and leaves its attempt open without its figures', () => {
    const id = taskId(1);
    const before = stateWith({
      tasks: [
        { id, status: 'running', rank: 0, attempt: 2 },
        { id: taskId(2), status: 'waiting', rank: 1, attempt: 1 },
      ],
      details: {
        [id]: details({
          sessionId: 's',
          sessionCostUsd: 5,
          costUsd: 7,
          continuations: 1,
          attempts: [attempt(2, { costUsd: 2, tokens: 9, turns: 3, fixes: 1 })],
        }),
      },
    });
    const copy = structuredClone(before);
    const state = reopenedState(before, NOTE);
    expect(before).toEqual(copy);
    expect(state.tasks).toEqual([{ ...before.tasks[0], status: 'queued' }, before.tasks[1]]);
    expect(state.details[id]).toMatchObject({ sessionId: 's', sessionCostUsd: 3, costUsd: 5, continuations: 1 });
    expect(state.details[id]?.attempts).toEqual([attempt(2)]);
  });

  it('counts the whole session anew when the first attempt is read again', () => {
    const id = taskId(1);
    const own = details({ costUsd: 2, sessionCostUsd: 2, continuations: 2, attempts: [attempt(1, { costUsd: 2 })] });
    const tasks = [{ id, status: 'running' as const, rank: 0, attempt: 1 }];
    const state = reopenedState(stateWith({ tasks, details: { [id]: own } }), NOTE);
    expect(state.details[id]).toMatchObject({ costUsd: null, sessionCostUsd: null, continuations: 0 });
  });

  it('asks for a lane anew, may be added to, and keeps what is on its way', () => {
    const parking = [{ to: head(2).batch, transferId: 'x#1', taskIds: [taskId(1)] }];
    const lane = { status: 'held' as const, request: 4, wait: null, probe: true };
    const state = reopenedState(stateWith({ lane, closing: true, parking }), NOTE);
    expect(state).toMatchObject({ closing: false, parking, lane: { status: 'none', request: 4, probe: false } });
  });

  it.each<[Hold['reason'], number | null, boolean]>([
    ['environment', null, true],
    ['usage_limit', T0 + 1, true],
    ['host_offline', null, false],
    ['needs_login', null, false],
  ])('a hold for %s until %s: kept %s', (reason, untilMs, kept) => {
    const hold = { reason, sinceMs: T0, untilMs, message: '' };
    expect(reopenedState(stateWith({ hold }), NOTE).hold).toEqual(kept ? hold : null);
  });
});
