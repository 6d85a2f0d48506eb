import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { launchRun } from '../../../src/host/runs/launch.ts';
import { inspectRun } from '../../../src/host/runs/status.ts';
import { terminateRun } from '../../../src/host/runs/terminate.ts';
import { watchRun } from '../../../src/host/runs/watch.ts';
import type { WatchOptions } from '../../../src/host/runs/watch.ts';
import { makePlayground, until } from './support.ts';
import type { Playground } from './support.ts';

let play: Playground;
beforeEach(() => {
  play = makePlayground();
});
afterEach(() => play.clean());

function options(seen: string[], overrides: Partial<WatchOptions> = {}): WatchOptions {
  return {
    onLines: (lines) => {
      seen.push(...lines.map((line) => line.text));
    },
    pollMs: 100,
    isFinal: () => seen.includes('final'),
    lingerAfterFinalMs: 300,
    stallTimeoutMs: 5000,
    ...overrides,
  };
}

describe('watching', () => {
  it('hands out every line up to the end, also the last without newline', async () => {
    const spec = play.spec('lines', 'echo one; sleep 0.1; echo two; printf three; exit 4');
    await launchRun(spec);
    const seen: string[] = [];
    let ticks = 0;
    const end = await watchRun(spec.dir, options(seen, { onTick: () => void (ticks += 1) }));
    expect(end).toMatchObject({ ended: 'exited', exit: { code: 4 } });
    expect(seen).toEqual(['one', 'two', 'three']);
    expect(ticks).toBeGreaterThan(0);
  });

  it('writing progress into the directory on each tick does not wake it again', async () => {
    const spec = play.spec('progress', 'sleep 0.5');
    await launchRun(spec);
    let ticks = 0;
    const onTick = (): void => {
      ticks += 1;
      writeFileSync(join(spec.dir, 'progress.json'), String(ticks));
    };
    await watchRun(spec.dir, options([], { onTick, pollMs: 50 }));
    expect(ticks).toBeLessThan(20);
  });

  it('[P9] a second watch goes on where the first was broken off', async () => {
    const spec = play.spec('again', `echo one; until [ -e ${play.root}/go ]; do sleep 0.02; done; echo two`);
    await launchRun(spec);
    const seen: string[] = [];
    const stop = new AbortController();
    let resume = 0;
    const first = watchRun(
      spec.dir,
      options(seen, {
        signal: stop.signal,
        onTick: (tick) => {
          resume = tick.resumeOffset;
        },
      }),
    );
    await until(() => resume === 4);
    stop.abort(new Error('worker stops'));
    await expect(first).rejects.toThrow('worker stops');
    expect(await inspectRun(spec.dir)).toMatchObject({ status: 'running' });
    writeFileSync(join(play.root, 'go'), '');
    await watchRun(spec.dir, options(seen, { startOffset: resume }));
    expect(seen).toEqual(['one', 'two']);
  });

  it('tells a program that lingers after its result and one that is silent', async () => {
    const lingering = play.spec('linger', 'echo final; sleep 60');
    await launchRun(lingering);
    expect(await watchRun(lingering.dir, options([]))).toEqual({ ended: 'lingering' });
    const silent = play.spec('silent', 'echo hello; sleep 60');
    await launchRun(silent);
    expect(await watchRun(silent.dir, options([], { stallTimeoutMs: 400 }))).toEqual({ ended: 'stalled' });
    await terminateRun(lingering.dir, { graceMs: 100 });
    await terminateRun(silent.dir, { graceMs: 100 });
  });

  it('follows a run without shim until its program is gone; it is lost unless the result was seen', async () => {
    for (const [word, ended] of [
      ['other', 'lost'],
      ['final', 'lingering'],
    ] as const) {
      const spec = play.spec(word, `sleep 0.2; echo ${word}; sleep 0.1`);
      const status = await launchRun(spec);
      if (status.status !== 'running') throw new Error(status.status);
      process.kill(status.shim.pid, 'SIGKILL');
      const seen: string[] = [];
      expect(await watchRun(spec.dir, options(seen, { lingerAfterFinalMs: 5000 }))).toEqual({ ended });
      expect(seen).toEqual([word]);
    }
  });

  it('refuses a directory in which nothing was started', async () => {
    await expect(watchRun(join(play.root, 'none'), options([]))).rejects.toMatchObject({ code: 'run_not_found' });
    await expect(watchRun(play.root, options([]))).rejects.toMatchObject({ code: 'run_not_found' });
  });
});
