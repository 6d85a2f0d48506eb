/** The timeline's arithmetic. */
import { describe, expect, it } from 'vitest';
import type { TaskView } from '../../../src/contracts/views.ts';
import { forecast } from '../../../web/src/model/progress.ts';
import { axisOf, measuredSegments, segmentsOf } from '../../../web/src/model/timeline.ts';

const MIN = 60_000;
const at = (minutes: number): string => new Date(minutes * MIN).toISOString();

type Part = Pick<TaskView, 'status' | 'startedAt' | 'completedAt' | 'waits' | 'verification'>;

function part(from: number | null, to: number | null, more: Partial<Part> = {}): Part {
  const instant = (minutes: number | null): string | null => (minutes === null ? null : at(minutes));
  return {
    status: 'completed',
    startedAt: instant(from),
    completedAt: instant(to),
    waits: [],
    verification: [],
    ...more,
  };
}

describe('segments', () => {
  it('tell work, waits and verification apart, without gap or overlap', () => {
    const check = {
      command: 'c',
      exitCode: 0,
      passed: true,
      baseline: 'none',
      timedOut: false,
      durationMs: 2 * MIN,
    } as const;
    const waits = [{ kind: 'usage_limit', from: at(5), until: at(65) } as const];
    const segments = segmentsOf(part(0, 80, { waits, verification: [check] }), 0);
    expect(segments).toEqual([
      { kind: 'agent', fromMs: 0, toMs: 5 * MIN },
      { kind: 'wait', fromMs: 5 * MIN, toMs: 65 * MIN },
      { kind: 'agent', fromMs: 65 * MIN, toMs: 78 * MIN },
      { kind: 'verify', fromMs: 78 * MIN, toMs: 80 * MIN },
    ]);
  });

  it('come from the runs where these are known; what is left at the end was the commit', () => {
    const run = (step: string, from: number, to: number | null) => ({
      step,
      startedAt: at(from),
      endedAt: to === null ? null : at(to),
    });
    const runs = [run('agent', 1, 5), run('verify-0', 5, 6), run('fix-1', 6, 8), run('verify-1', 8, 9)];
    expect(measuredSegments(part(0, 10), runs, 0).map(({ kind, toMs }) => [kind, toMs / MIN])).toEqual([
      ['agent', 5],
      ['verify', 6],
      ['agent', 8],
      ['verify', 9],
      ['commit', 10],
    ]);
    const running = { ...part(0, null), status: 'running' as const };
    expect(measuredSegments(running, [run('agent', 1, null)], 7 * MIN)).toEqual([
      { kind: 'agent', fromMs: MIN, toMs: 7 * MIN },
    ]);
    expect(measuredSegments(part(null, null), runs, 0)).toEqual([]);
  });

  it('are none before the start, and end now while it runs', () => {
    expect(segmentsOf(part(null, null), 9 * MIN)).toEqual([]);
    expect(segmentsOf(part(1, null), 9 * MIN)).toEqual([{ kind: 'agent', fromMs: MIN, toMs: 9 * MIN }]);
  });
});

describe('the axis', () => {
  it('skips long stretches without work and keeps everything in order', () => {
    const axis = axisOf([
      { kind: 'agent', fromMs: 0, toMs: 10 * MIN },
      { kind: 'wait', fromMs: 10 * MIN, toMs: 300 * MIN },
      { kind: 'agent', fromMs: 300 * MIN, toMs: 310 * MIN },
    ]);
    expect(axis?.skips).toMatchObject([{ fromMs: 10 * MIN, toMs: 300 * MIN }]);
    expect(axis?.position(0)).toBe(0);
    expect(axis?.position(10 * MIN)).toBeCloseTo(0.48);
    expect(axis?.position(300 * MIN)).toBeCloseTo(0.52);
    expect(axis?.position(310 * MIN)).toBeCloseTo(1);
    expect(axis?.position(999 * MIN)).toBeCloseTo(1);
  });

  it('does without what it cannot draw', () => {
    expect(axisOf([])).toBeNull();
    expect(axisOf([{ kind: 'agent', fromMs: 5, toMs: 5 }])).toBeNull();
    const onlyWait = axisOf([{ kind: 'wait', fromMs: 0, toMs: 100 * MIN }]);
    expect(onlyWait?.position(50 * MIN)).toBeCloseTo(0.5);
  });
});

describe('the forecast', () => {
  const task = (status: TaskView['status'], durationMs: number, startedAt: string | null = null) => ({
    status,
    durationMs,
    startedAt,
  });

  it('comes after three tasks, as a range around their mean', () => {
    const done = [10, 20, 30].map((minutes) => task('completed', minutes * MIN));
    expect(forecast([...done.slice(1), task('queued', 0)], 0)).toBeNull();
    expect(forecast(done, 0)).toBeNull();
    expect(forecast([...done, task('queued', 0)], 0)).toEqual({ fromMs: 14 * MIN, toMs: 26 * MIN });
    const running = task('running', 0, at(0));
    expect(forecast([...done, running], 15 * MIN)).toEqual({ fromMs: 3.5 * MIN, toMs: 6.5 * MIN });
    expect(forecast([...done, running], 500 * MIN)?.fromMs).toBe(0);
  });
});
