import { describe, expect, it } from 'vitest';
import { gapBefore, gapBetween, gapsMet } from '../../../src/domain/gaps.ts';

const MINUTE = 60_000;
const beat = (atMs: number, uptimeMs: number) => ({ atMs, uptimeMs });

describe('heartbeats', () => {
  it('a late one is a sleep', () => {
    const gap = gapBetween(beat(0, 0), beat(15_000 + MINUTE, 15_000 + MINUTE), 15_000);
    expect(gap).toEqual({ fromMs: 0, untilMs: 75_000, why: 'asleep' });
  });

  it('neither a slow machine nor a changed clock is one', () => {
    expect(gapBetween(beat(0, 0), beat(70_000, 70_000), 15_000)).toBe(null);
    expect(gapBetween(beat(0, 0), beat(3_600_000, 15_000), 15_000)).toBe(null);
    expect(gapBetween(beat(0, 0), beat(-3_600_000, 15_000), 15_000)).toBe(null);
    expect(gapBetween(beat(0, 0), beat(-3_600_000, 600_000), 15_000)).toBe(null);
  });

  it('an old one of before is a stack that was down', () => {
    expect(gapBefore(0, MINUTE)).toEqual({ fromMs: 0, untilMs: MINUTE, why: 'stack down' });
    expect(gapBefore(0, MINUTE - 1)).toBe(null);
    expect(gapBefore(MINUTE, 0)).toBe(null);
  });
});

describe('the report', () => {
  const gap = (fromMs: number, untilMs: number) => ({ fromMs, untilMs, why: 'asleep' as const });

  it('names the gaps that a batch met, oldest first', () => {
    const gaps = [gap(50, 60), gap(10, 20), gap(30, 40)];
    expect(gapsMet(gaps, [{ fromMs: 15, untilMs: 31 }])).toEqual([gap(10, 20), gap(30, 40)]);
    expect(gapsMet(gaps, [{ fromMs: 45, untilMs: null }])).toEqual([gap(50, 60)]);
    expect(gapsMet(gaps, [{ fromMs: 20, untilMs: 30 }])).toEqual([]);
    expect(gapsMet(gaps, [])).toEqual([]);
  });
});
