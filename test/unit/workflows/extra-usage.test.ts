import { describe, expect, it } from 'vitest';
import type { AgentOutcome } from '../../../src/contracts/outcome.ts';
import type { Policy } from '../../../src/contracts/state.ts';
import { onGranted } from '../../../src/workflows/lane.ts';
import { loopWorld, outcome, POLICY, statuses } from '../../support/loop-world.ts';
import { batchState } from '../../support/states.ts';

const HOUR = 3_600_000;

/** Two tasks; the first one's run is paid for extra. */
function paidExtra(extraUsage: Policy['extraUsage'], resetAtMs: (nowMs: number) => number | null) {
  const project = batchState(0).project;
  const world = loopWorld(batchState(2, { accounts: { [project]: 'claude-login' } }));
  world.policy = { ...POLICY, ...(extraUsage === undefined ? {} : { extraUsage }) };
  const startedAtMs: number[] = [];
  const held: { account: string; untilMs: number }[] = [];
  const { lanes } = world.run.ports;
  lanes.request = async ({ request }) => onGranted(world.run, { request, probe: false });
  lanes.accountHeld = async ({ account, untilMs }) => void held.push({ account, untilMs });
  world.host.startAgent = async () => {
    startedAtMs.push(world.nowMs);
    const ended: AgentOutcome = outcome({ kind: 'succeeded', message: '' }, 'session');
    const extra = startedAtMs.length === 1 ? { extraUsage: { resetAtMs: resetAtMs(world.nowMs) } } : {};
    return { status: 'ended', outcome: { ...ended, ...extra }, notes: [] };
  };
  return { world, startedAtMs, held };
}

describe('usage that is paid for extra', () => {
  it('ends with the task: the whole account waits until there is included usage again', async () => {
    const { world, startedAtMs, held } = paidExtra(undefined, (nowMs) => nowMs + HOUR);
    const beganAtMs = world.nowMs;
    await world.toEnd();
    await world.finish();
    expect(statuses(world)).toEqual(['completed', 'completed']);
    expect(held).toEqual([{ account: 'claude-login', untilMs: beganAtMs + HOUR }]);
    expect(startedAtMs[1]).toBeGreaterThanOrEqual(beganAtMs + HOUR);
    expect(JSON.stringify(world.records)).toContain('paid for extra');
  });

  it('waits a while where no reset is known', async () => {
    const { world, startedAtMs } = paidExtra('wait', () => null);
    const beganAtMs = world.nowMs;
    await world.toEnd();
    await world.finish();
    expect(startedAtMs[1]).toBeGreaterThan(beganAtMs);
  });

  it('goes on where the settings allow it, and says so', async () => {
    const { world, startedAtMs, held } = paidExtra('use', (nowMs) => nowMs + HOUR);
    const beganAtMs = world.nowMs;
    await world.toEnd();
    await world.finish();
    expect(held).toEqual([]);
    expect(startedAtMs[1]).toBeLessThan(beganAtMs + HOUR);
    expect(JSON.stringify(world.records)).toContain('paid for extra');
  });
});
