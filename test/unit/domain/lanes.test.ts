import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asId } from '../../../src/contracts/ids.ts';
import type { BatchId } from '../../../src/contracts/ids.ts';
import {
  grantLane,
  holdAccount,
  laneWait,
  limitOf,
  newLanes,
  nextGrantMs,
  releaseAccount,
  releaseLane,
  requestLane,
  setLimits,
} from '../../../src/domain/lanes.ts';
import type { LanesState } from '../../../src/domain/lanes.ts';

const batch = (number: number): BatchId => asId('batch', `b_${String(number).padStart(10, '0')}`);
const lanes = (limit: number): LanesState =>
  newLanes(asId('installation', 'i_0000000000'), asId('host', 'test-0000'), limit);
const ask = (state: LanesState, number: number, account = 'a', request = 1): void =>
  requestLane(state, { batch: batch(number), request, account });
const grants = (state: LanesState, nowMs: number): BatchId[] => {
  const granted: BatchId[] = [];
  for (let next = grantLane(state, nowMs); next !== null; next = grantLane(state, nowMs)) granted.push(next.batch);
  return granted;
};

describe('lanes', () => {
  it('are granted first come, first served, never more than there are', () => {
    const state = lanes(2);
    for (const number of [1, 2, 3, 4]) ask(state, number);
    expect(grants(state, 0)).toEqual([batch(1), batch(2)]);
    expect(laneWait(state, batch(4), 0)).toEqual({ why: 'lanes_full', place: 2 });
    releaseLane(state, batch(1), 1);
    expect(grants(state, 0)).toEqual([batch(3)]);
  });

  it('ignore repeated and late messages', () => {
    const state = lanes(1);
    ask(state, 1, 'a', 2);
    ask(state, 1, 'a', 2);
    ask(state, 1, 'a', 1);
    expect(grants(state, 0)).toEqual([batch(1)]);
    releaseLane(state, batch(1), 1);
    expect(state.holders).toHaveLength(1);
    ask(state, 1, 'a', 3);
    expect([state.holders.length, state.queue.length]).toEqual([0, 1]);
  });

  it('tasks by themselves have places of their own, and share the holds of accounts', () => {
    const state = lanes(1);
    setLimits(state, { background: 2 });
    const alone = (number: number): BatchId => asId('batch', `s_${String(number).padStart(10, '0')}`);
    for (const number of [1, 2, 3]) requestLane(state, { batch: alone(number), request: 1, account: 'a' });
    for (const number of [1, 2]) ask(state, number);
    expect(grants(state, 0)).toEqual([alone(1), alone(2), batch(1)]);
    expect(laneWait(state, alone(3), 0)).toEqual({ why: 'lanes_full', place: 1 });
    expect(laneWait(state, batch(2), 0)).toEqual({ why: 'lanes_full', place: 1 });
    holdAccount(state, 'a', { reason: 'usage_limit', untilMs: 1000, message: 'limit' }, batch(1));
    for (const each of [alone(1), batch(1)]) releaseLane(state, each, 1);
    expect(grants(state, 0)).toEqual([]);
    expect(nextGrantMs(state, 0)).toBe(1000);
    expect(grants(state, 1000)).toEqual([alone(3)]);
    setLimits(state, { limit: 100, background: 0 });
    expect([limitOf(state, 'lanes'), limitOf(state, 'background')]).toEqual([64, 1]);
  });

  it('keep a held account back until its time, then let one probe, then the others one by one', () => {
    const state = lanes(4);
    for (const number of [1, 2, 3]) ask(state, number);
    ask(state, 4, 'other');
    holdAccount(state, 'a', { reason: 'usage_limit', untilMs: 1000, message: 'limit' }, batch(9));
    expect(grants(state, 0)).toEqual([batch(4)]);
    expect(laneWait(state, batch(1), 0)).toEqual({
      why: 'account_held',
      place: 1,
      reason: 'usage_limit',
      untilMs: 1000,
      message: 'limit',
    });
    expect(nextGrantMs(state, 0)).toBe(1000);
    expect(grants(state, 1000)).toEqual([batch(1)]);
    expect(laneWait(state, batch(2), 1000)).toEqual({ why: 'probing', place: 1 });
    expect(nextGrantMs(state, 1000)).toBe(null);
    releaseAccount(state, 'a', 2000);
    expect(grants(state, 2000)).toEqual([batch(2)]);
    expect(nextGrantMs(state, 2000)).toBe(7000);
    expect(grants(state, 7000)).toEqual([batch(3)]);
    ask(state, 5);
    releaseLane(state, batch(1), 1);
    expect(grants(state, 7001)).toEqual([batch(5)]);
  });

  it('a limit that is still there is one probe, not one per batch', () => {
    const state = lanes(4);
    for (const number of [1, 2, 3]) ask(state, number);
    holdAccount(state, 'a', { reason: 'usage_limit', untilMs: 1000, message: '' }, batch(9));
    expect(grants(state, 1000)).toEqual([batch(1)]);
    holdAccount(state, 'a', { reason: 'usage_limit', untilMs: 5000, message: '' }, batch(1));
    releaseLane(state, batch(1), 1);
    expect(grants(state, 1001)).toEqual([]);
    expect(nextGrantMs(state, 1001)).toBe(5000);
  });

  it('hold until the latest of the known resets', () => {
    const state = lanes(4);
    ask(state, 1);
    holdAccount(state, 'a', { reason: 'usage_limit', untilMs: 9000, message: 'week' }, batch(7));
    holdAccount(state, 'a', { reason: 'usage_limit', untilMs: 1000, message: 'five hours' }, batch(8));
    expect(nextGrantMs(state, 0)).toBe(9000);
  });

  it('a probe that goes away makes the next one the probe', () => {
    const state = lanes(4);
    for (const number of [1, 2]) ask(state, number);
    holdAccount(state, 'a', { reason: 'needs_login', untilMs: 0, message: '' }, batch(9));
    expect(grants(state, 1)).toEqual([batch(1)]);
    releaseLane(state, batch(1), 1);
    expect(grants(state, 2)).toEqual([batch(2)]);
  });

  it('never grant more than the limit, nor one batch twice, whatever comes', () => {
    const step = fc.oneof(
      fc.record({
        kind: fc.constant('ask' as const),
        who: fc.nat(7),
        account: fc.constantFrom('a', 'b'),
        request: fc.nat(4),
      }),
      fc.record({ kind: fc.constant('release' as const), who: fc.nat(7), request: fc.nat(4) }),
      fc.record({
        kind: fc.constant('hold' as const),
        who: fc.nat(7),
        account: fc.constantFrom('a', 'b'),
        untilMs: fc.nat(100),
      }),
      fc.record({ kind: fc.constant('free' as const), account: fc.constantFrom('a', 'b') }),
      fc.record({ kind: fc.constant('time' as const) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const state = lanes(3);
        let nowMs = 0;
        for (const each of steps) {
          if (each.kind === 'ask') ask(state, each.who, each.account, each.request);
          if (each.kind === 'release') releaseLane(state, batch(each.who), each.request);
          if (each.kind === 'hold')
            holdAccount(
              state,
              each.account,
              { reason: 'usage_limit', untilMs: nowMs + each.untilMs, message: '' },
              batch(each.who),
            );
          if (each.kind === 'free') releaseAccount(state, each.account, nowMs);
          if (each.kind === 'time') nowMs += 50;
          grants(state, nowMs);
          const all = [...state.holders, ...state.queue].map((one) => one.batch);
          expect(new Set(all).size).toBe(all.length);
          expect(state.holders.length).toBeLessThanOrEqual(3);
        }
        for (const holder of state.holders) releaseLane(state, holder.batch, holder.request);
        for (const account of ['a', 'b']) releaseAccount(state, account, nowMs);
        while (state.queue.length > 0) {
          nowMs += 5000;
          const granted = grants(state, nowMs);
          expect(granted.length).toBeGreaterThan(0);
          for (const one of granted) releaseLane(state, one, 99);
        }
      }),
    );
  });
});
