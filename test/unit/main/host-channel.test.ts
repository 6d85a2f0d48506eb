/** The channel to the host worker, over real processes: one that answers, one that is busy, one that is gone. */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { askForMetrics, onReady } from '../../../src/main/host-channel.ts';

const CHANNEL = new URL('../../../src/main/host-channel.ts', import.meta.url).href;
let folder: string;
let child: ChildProcess | null = null;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightloom-channel-'));
});
afterEach(async () => {
  if (child !== null && child.exitCode === null && child.signalCode === null) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  child = null;
  await rm(folder, { recursive: true });
});

/** A process whose metrics are what `answer` evaluates to, ready. */
async function startWorker(answer: string): Promise<ChildProcess> {
  const program = join(folder, 'worker.mjs');
  const lines = [`import { answerParent, tellReady } from ${JSON.stringify(CHANNEL)};`, `answerParent(${answer});`];
  await writeFile(program, [...lines, 'tellReady();', ''].join('\n'));
  const started = fork(program, { stdio: 'ignore', execArgv: [] });
  child = started;
  await new Promise<void>((resolve) => onReady(started, resolve));
  return started;
}

it('asks as often as somebody wants to know, also twice at once', async () => {
  const worker = await startWorker('async () => `up_seconds ${process.uptime()}`');
  const answers = await Promise.all([askForMetrics(worker), askForMetrics(worker)]);
  for (const answer of answers) expect(answer).toMatch(/^up_seconds \d/);
  expect(await askForMetrics(worker)).not.toBe(answers[0]);
});

it('a worker that cannot say it, or is gone, has no metrics', async () => {
  const worker = await startWorker("async () => { throw new Error('full'); }");
  const asked = askForMetrics(worker);
  worker.kill('SIGKILL');
  await once(worker, 'exit');
  expect(await asked).toBeNull();
  expect(await askForMetrics(worker)).toBeNull();
});
