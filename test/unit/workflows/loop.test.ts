import { describe, expect, it } from 'vitest';
import type { AgentVerdict } from '../../../src/contracts/outcome.ts';
import { cancel, cancelTask, pause } from '../../../src/workflows/effects.ts';
import { failure, lastRecord, loopWorld, outcome, POLICY, statuses } from '../../support/loop-world.ts';
import type { LoopWorld } from '../../support/loop-world.ts';
import { batchState, taskState } from '../../support/states.ts';

const MINUTE = 60_000;

/** The agent's runs end like this, one after the other; then they succeed. */
function agentEnds(world: LoopWorld, ...verdicts: AgentVerdict[]): void {
  world.host.startAgent = async () => ({
    status: 'ended',
    outcome: outcome(verdicts.shift() ?? { kind: 'succeeded', message: '' }),
    notes: [],
  });
}

describe('the loop', () => {
  it('does one task after the other and closes', async () => {
    const world = loopWorld(batchState(2));
    await expect(world.toEnd()).resolves.toBe('done');
    expect(world.calls).toEqual([
      'n0 prepareWorkspace',
      'n0 startAgent',
      'n0 commitTask',
      'n1 startAgent',
      'n1 commitTask',
      'n0 closeWorkspace',
    ]);
    expect(statuses(world)).toEqual(['completed', 'completed']);
    expect(world.run.state).toMatchObject({ status: 'completed', closing: true });
  });

  it('[P6] starts nothing after a pause that comes while a task is committed', async () => {
    const world = loopWorld(batchState(2));
    world.host.commitTask = async () => {
      pause(world.run, { commandId: 'p', number: 2, now: false });
      return { kind: 'committed', commit: 'sha', notes: [] };
    };
    await expect(world.toEnd()).rejects.toThrow('waits for ever');
    expect(statuses(world)).toEqual(['completed', 'queued']);
  });

  it('a stop that comes while a task is committed does not hit the next one', async () => {
    const world = loopWorld(batchState(2));
    let first = true;
    world.host.commitTask = async () => {
      if (first) cancelTask(world.run, { commandId: 'c', number: 2, taskId: taskState(0).id });
      first = false;
      return { kind: 'committed', commit: 'sha', notes: [] };
    };
    await world.toEnd();
    expect(statuses(world)).toEqual(['completed', 'completed']);
  });

  it.each([
    [
      'of the task',
      (world: LoopWorld) => cancelTask(world.run, { commandId: 'c', number: 2, taskId: taskState(0).id }),
      ['cancelled', 'completed'],
      'completed',
    ],
    ['of the batch', (world: LoopWorld) => cancel(world.run), ['cancelled', 'cancelled'], 'cancelled'],
  ] as const)(
    'a cancel %s that comes while its failed attempt is put away counts',
    async (_of, act, expected, status) => {
      const world = loopWorld(batchState(2));
      agentEnds(world, { kind: 'failed', code: 'agent_error', message: 'no' });
      let first = true;
      world.host.salvage = async () => {
        if (first) act(world);
        first = false;
        return { ref: 'ref', notes: [] };
      };
      await world.toEnd();
      expect(statuses(world)).toEqual(expected);
      expect(world.run.state.status).toBe(status);
      expect(world.run.state.tasks[0]?.attempt).toBe(1);
    },
  );

  it('goes on when the host cannot end a run', async () => {
    const world = loopWorld(batchState(2));
    world.host.startAgent = async () => {
      if (world.calls.filter((call) => call.endsWith('startAgent')).length === 1) {
        cancelTask(world.run, { commandId: 'c', number: 2, taskId: taskState(0).id });
        return { status: 'running', sessionId: null, notes: [] };
      }
      return { status: 'ended', outcome: outcome({ kind: 'succeeded', message: '' }), notes: [] };
    };
    world.host.endAgent = () => Promise.reject(failure('workspace_broken', 'gone'));
    await world.toEnd();
    expect(statuses(world)).toEqual(['cancelled', 'completed']);
    expect(world.run.state.notes.join(' ')).toContain('gone');
  });

  it('interrupts the watch and ends the agent', async () => {
    const world = loopWorld(batchState(1));
    world.host.startAgent = async () => ({ status: 'running', sessionId: 's', notes: [] });
    world.host.watchAgent = () => {
      queueMicrotask(() => cancel(world.run));
      return new Promise(() => undefined);
    };
    await world.toEnd();
    expect(world.calls).toEqual([
      'n0 prepareWorkspace',
      'n0 startAgent',
      'n0 watchAgent',
      'n0 endAgent',
      'n0 salvage',
      'n0 closeWorkspace',
    ]);
    expect(statuses(world)).toEqual(['cancelled']);
  });

  it('waits out a limit by the clock, then asks for the same session', async () => {
    const world = loopWorld(batchState(1));
    const resetAtMs = world.nowMs + 90 * MINUTE;
    const sessions: (string | null)[] = [];
    world.host.startAgent = async ({ go }) => {
      sessions.push(go.sessionId);
      const verdict: AgentVerdict =
        sessions.length === 1
          ? { kind: 'usage_limit', resetAtMs, window: null, message: '' }
          : { kind: 'succeeded', message: '' };
      return { status: 'ended', outcome: outcome(verdict), notes: [] };
    };
    await world.toEnd();
    expect(sessions).toEqual([null, 'session']);
    expect(world.nowMs).toBeGreaterThanOrEqual(resetAtMs);
    expect(world.nowMs).toBeLessThanOrEqual(resetAtMs + MINUTE);
    expect(statuses(world)).toEqual(['completed']);
  });

  it('gives up a task that is lost again and again, and goes on', async () => {
    const world = loopWorld(batchState(2));
    agentEnds(world, ...Array.from({ length: 6 }, () => ({ kind: 'lost', message: 'gone' }) as const));
    await world.toEnd();
    expect(statuses(world)).toEqual(['failed', 'completed']);
    expect(lastRecord(world, 0)).toMatchObject({
      state: { attempt: 6, spent: 1 },
      details: { failure: { code: 'lost_too_often' } },
    });
  });

  it.each([
    ['host_offline', 'host_offline'],
    ['git_busy', 'environment'],
    ['setup_failed', 'environment'],
    ['agent_needs_login', 'needs_login'],
    ['invalid_settings', 'environment'],
  ] as const)('%s holds the batch and is tried again', async (code, reason) => {
    const world = loopWorld(batchState(1));
    let tries = 0;
    world.host.startAgent = async () => {
      tries += 1;
      if (tries === 1) throw failure(code, 'why');
      expect(world.records.some((record) => record.head.hold?.reason === reason)).toBe(true);
      return { status: 'ended', outcome: outcome({ kind: 'succeeded', message: '' }), notes: [] };
    };
    await world.toEnd();
    expect(statuses(world)).toEqual(['completed']);
    expect(world.run.state.tasks[0]?.spent).toBeUndefined();
  });

  it.each(['requirement_not_found', 'internal'] as const)('%s fails the task, not the batch', async (code) => {
    const world = loopWorld(batchState(2));
    world.host.startAgent = async ({ order }) => {
      if (order.task === taskState(0).id) throw failure(code);
      return { status: 'ended', outcome: outcome({ kind: 'succeeded', message: '' }), notes: [] };
    };
    await world.toEnd();
    expect(statuses(world)).toEqual(['failed', 'completed']);
    expect(lastRecord(world, 0)?.details?.failure).toMatchObject({ code: 'could_not_run' });
  });

  it('prepares a broken workspace again', async () => {
    const world = loopWorld(batchState(1));
    let tries = 0;
    world.host.startAgent = async () => {
      tries += 1;
      if (tries === 1) throw failure('workspace_broken');
      return { status: 'ended', outcome: outcome({ kind: 'succeeded', message: '' }), notes: [] };
    };
    await world.toEnd();
    expect(world.calls.filter((call) => call.endsWith('prepareWorkspace'))).toHaveLength(2);
  });

  it('says when it should be continued as new, between tasks', async () => {
    const world = loopWorld(batchState(3));
    world.isLong = () => world.run.tasksBegun >= 2;
    await expect(world.toEnd()).resolves.toBe('continue');
    expect(statuses(world)).toEqual(['completed', 'completed', 'queued']);
  });

  it('verification: a fix that runs out of turns is judged by what it changed, not by its last stretch', async () => {
    const world = loopWorld(batchState(1));
    world.policy = { ...POLICY, verifyCommands: 1 };
    const trees = ['t1', 't2', 't3'];
    const red = (tree: string) => ({ verdict: 'failed', checks: [], tree }) as const;
    let rounds = 0;
    world.host.verify = async () => {
      rounds += 1;
      return rounds < 3 ? red(trees[rounds - 1] ?? '') : { verdict: 'passed', checks: [], tree: 't3' };
    };
    world.host.startAgent = async ({ go }) => {
      const verdict: AgentVerdict =
        go.step === 'fix-1' ? { kind: 'out_of_turns', message: '' } : { kind: 'succeeded', message: '' };
      const ended = outcome(verdict);
      return { status: 'ended', outcome: go.step === 'fix-1' ? { ...ended, tree: 't2' } : ended, notes: [] };
    };
    await world.toEnd();
    expect(statuses(world)).toEqual(['completed']);
    expect(world.calls.filter((call) => call.endsWith('startAgent'))).toHaveLength(4);
  });
});
