import { describe, expect, it } from 'vitest';
import type { AgentGo } from '../../../src/contracts/host-work.ts';
import type { AgentVerdict } from '../../../src/contracts/outcome.ts';
import { emptyDetails } from '../../../src/domain/batch-state.ts';
import { skipWait } from '../../../src/workflows/effects.ts';
import { onAccountHeld, onGranted, onQueued } from '../../../src/workflows/lane.ts';
import { lastRecord, loopWorld, outcome, POLICY, statuses } from '../../support/loop-world.ts';
import type { LoopWorld } from '../../support/loop-world.ts';
import { batchState, taskState } from '../../support/states.ts';

const MINUTE = 60_000;
const AGENTS = [
  { agent: 'claude', account: 'claude-login' },
  { agent: 'codex', account: 'codex-login' },
];
const DONE: AgentVerdict = { kind: 'succeeded', message: '' };

/** A world with two agents; `ends` says how each of their runs ends. */
function twoAgents(tasks: number, ends: (agent: string, world: LoopWorld) => AgentVerdict) {
  const project = batchState(0).project;
  const world = loopWorld(
    batchState(tasks, { accounts: { [project]: 'claude-login' }, agents: { [project]: AGENTS } }),
  );
  world.policy = { ...POLICY, agent: 'claude', agents: AGENTS };
  const goes: AgentGo[] = [];
  const asked: string[] = [];
  const held: string[] = [];
  const { lanes } = world.run.ports;
  lanes.request = async ({ request, account }) => {
    asked.push(account);
    onGranted(world.run, { request, probe: false });
  };
  lanes.accountHeld = async ({ account }) => void held.push(account);
  world.host.startAgent = async ({ go }) => {
    goes.push(go);
    const agent = go.agent ?? 'none';
    return { status: 'ended', outcome: outcome(ends(agent, world), `${agent} session`), notes: [] };
  };
  return { world, goes, asked, held, agents: () => goes.map((go) => go.agent) };
}

const limitFor = (world: LoopWorld, ms: number): AgentVerdict => ({
  kind: 'usage_limit',
  resetAtMs: world.nowMs + ms,
  window: null,
  message: 'limit',
});

describe('a batch with a fallback', () => {
  it('hands a task over at a usage limit and stays with the other agent until the reset', async () => {
    const { world, goes, asked, held, agents } = twoAgents(3, (agent, { nowMs }) => {
      if (agent === 'claude' && nowMs < 1_000_000 + MINUTE) return limitFor(world, MINUTE);
      // The second task of the other agent takes until after the reset.
      if (agents().length === 3) world.nowMs += 2 * MINUTE;
      return DONE;
    });
    await world.toEnd();
    await world.finish();
    expect(agents()).toEqual(['claude', 'codex', 'codex', 'claude']);
    expect(goes[0]).toMatchObject({ prompt: 'attempt' });
    expect(goes[1]).toMatchObject({ prompt: 'takeover', tookOverFrom: 'claude', sessionId: null, priorCostUsd: null });
    expect(goes[2]).toMatchObject({ prompt: 'attempt' });
    expect(held).toEqual(['claude-login']);
    expect(asked).toEqual(['claude-login', 'codex-login', 'claude-login']);
    expect(world.run.state.tasks[0]).toMatchObject({ status: 'completed', attempt: 2 });
    expect(world.run.state.tasks[0]?.spent).toBeUndefined();
    const { id } = taskState(0);
    const recorded = world.records.flatMap((record) => record.tasks).filter((task) => task.state.id === id);
    const attempts = recorded.flatMap(({ details }) => details?.attempts ?? []).filter((each) => each.outcome !== null);
    const ends = attempts.map(({ agent, outcome: end, sessionId }) => `${agent} ${end} (${sessionId})`);
    expect(new Set(ends)).toEqual(new Set(['claude usage_limit (claude session)', 'codex succeeded (codex session)']));
    const { details } = lastRecord(world, 0) ?? {};
    expect(details?.notes).toContain('codex took over from claude.');
    expect(world.run.state.hold).toBeNull();
  });

  it('does not pause or wait for a limit that another agent can work around', async () => {
    const { world, agents } = twoAgents(1, (agent) => (agent === 'claude' ? limitFor(world, MINUTE) : DONE));
    world.policy = { ...world.policy, onUsageLimit: 'pause' };
    await world.toEnd();
    expect(agents()).toEqual(['claude', 'codex']);
    expect(world.nowMs).toBe(1_000_000);
  });

  it('never hands over a task that an agent failed', async () => {
    const { world, agents } = twoAgents(1, () => ({ kind: 'failed', code: 'agent_error', message: 'no' }));
    await world.toEnd();
    expect(agents()).toEqual(['claude', 'claude']);
    expect(statuses(world)).toEqual(['failed']);
  });

  it('waits for a login instead of handing over', async () => {
    let asked = 0;
    const { world, agents } = twoAgents(1, () => {
      asked += 1;
      return asked === 1 ? { kind: 'needs_login', message: 'log in' } : DONE;
    });
    await world.toEnd();
    expect(agents()).toEqual(['claude', 'claude']);
  });

  it('hands over after a minute of outage', async () => {
    const { world, agents } = twoAgents(2, (agent) =>
      agent === 'claude' ? { kind: 'backoff', code: 'overloaded', message: 'full' } : DONE,
    );
    await world.toEnd();
    expect(agents()).toEqual(['claude', 'claude', 'claude', 'codex', 'codex']);
    expect(world.nowMs - 1_000_000).toBe(45_000);
  });

  it('is held while all agents are, until the first of them is free', async () => {
    const { world, agents } = twoAgents(1, (agent) => {
      if (world.nowMs >= 1_000_000 + MINUTE) return DONE;
      return limitFor(world, agent === 'claude' ? 30 * MINUTE : MINUTE);
    });
    await world.toEnd();
    expect(agents()).toEqual(['claude', 'codex', 'codex']);
    expect(world.nowMs).toBe(1_000_000 + MINUTE + 2000);
    expect(statuses(world)).toEqual(['completed']);
  });

  it('tries the first agent again when the user skips the wait', async () => {
    const { world, agents } = twoAgents(2, (agent) => {
      if (agent === 'claude' && agents().length === 1) return limitFor(world, 60 * MINUTE);
      if (agent === 'codex') skipWait(world.run);
      return DONE;
    });
    await world.toEnd();
    expect(agents()).toEqual(['claude', 'codex', 'claude']);
  });

  it('takes the other agent when another batch met the limit', async () => {
    const { world, agents, asked } = twoAgents(2, () => {
      if (agents().length === 1) {
        const untilMs = world.nowMs + MINUTE;
        onAccountHeld(world.run, { account: 'claude-login', reason: 'usage_limit', untilMs, message: 'limit' });
      }
      return DONE;
    });
    await world.toEnd();
    expect(agents()).toEqual(['claude', 'codex']);
    expect(asked).toEqual(['claude-login', 'codex-login']);
    expect(world.nowMs).toBe(1_000_000);
  });

  it('asks for a lane with the other account when the first is held before it began', async () => {
    const { world, agents } = twoAgents(1, () => DONE);
    const asked: string[] = [];
    world.run.ports.lanes.request = async ({ request, account }) => {
      asked.push(account);
      if (account === 'codex-login') return onGranted(world.run, { request, probe: false });
      const untilMs = world.nowMs + 60 * MINUTE;
      const wait = { why: 'account_held', place: 1, reason: 'usage_limit', untilMs, message: 'limit' } as const;
      onQueued(world.run, { request, wait });
    };
    await world.toEnd();
    expect(asked).toEqual(['claude-login', 'codex-login']);
    expect(agents()).toEqual(['codex']);
    expect(world.nowMs).toBe(1_000_000);
  });

  it('goes on with an open attempt under its own agent after it was opened anew', async () => {
    const { world, agents } = twoAgents(1, () => DONE);
    const task = world.run.state.tasks[0];
    if (task === undefined) throw new Error('no task');
    const { id } = taskState(0);
    task.attempt = 1;
    const attempt = { number: 1, startedAtMs: 1, endedAtMs: null, agent: 'codex', sessionId: null, outcome: null };
    const figures = { message: null, costUsd: null, tokens: null, turns: null, fixes: 0, deniedTools: [], checks: [] };
    world.run.state.details[id] = { ...emptyDetails(), agent: 'codex', attempts: [{ ...attempt, ...figures }] };
    await world.toEnd();
    expect(agents()).toEqual(['codex']);
  });
});
