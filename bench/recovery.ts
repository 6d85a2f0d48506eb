/** How soon the night goes on after the host worker was killed while an agent ran. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchOptions } from './run.ts';
import { AGENT, makeFolder } from './support/place.ts';
import { worstOf } from './support/result.ts';
import type { BenchResult } from './support/result.ts';
import { startStack } from './support/stack.ts';
import type { Stack } from './support/stack.ts';

const ROUNDS = 5;
/** Longer than killing and re-attaching take. */
const AGENT_MS = 12_000;
/** After its start the agent is watched for this long before the kill. */
const KILL_AFTER_MS = 2500;
const TIMEOUT_MS = 60_000;

/** Each round has a stack of its own: one whose worker dies again and again is started with growing pauses. */
export async function recovery(options: BenchOptions): Promise<BenchResult> {
  const attached: number[] = [];
  const next: number[] = [];
  for (let round = 0; round < (options.rounds ?? ROUNDS); round += 1) {
    const stack = await startStack('recovery');
    try {
      const measured = await killOnce(stack);
      attached.push(measured.attachedMs);
      next.push(measured.nextMs);
    } finally {
      await stack.stop();
    }
  }
  return {
    name: 'recovery',
    figures: [
      worstOf('kill -9 of the host worker to watch re-attached', attached, 8000),
      worstOf('end of that agent to start of the next', next, 4000),
    ],
    notes: ['The heartbeat time-out of 6 s is the bound from below for the first.'],
  };
}

async function killOnce(stack: Stack): Promise<{ attachedMs: number; nextMs: number }> {
  const folder = await makeFolder('recovery');
  const log = join(folder.path, 'agents.log');
  const agent = [process.execPath, AGENT, '--log', log, '--sleep', `${AGENT_MS},0`];
  try {
    const batch = await stack.batch({ tasks: 2, agent });
    const task = batch.taskIds[0] ?? '';
    await stack.start(batch.id);
    await until(async () => (await linesOf(log)).length > 0);
    await sleep(KILL_AFTER_MS);
    const pid = (await stack.status()).processes.find((each) => each.role === 'host')?.pid;
    if (pid === undefined) throw new Error('There is no host worker.');
    process.kill(pid, 'SIGKILL');
    const killedAt = Date.now();
    await until(async () => (await progressAt(stack, task)) > killedAt);
    const attachedMs = Date.now() - killedAt;
    await stack.finish(batch.id);
    const [, ended, began] = await linesOf(log);
    if (ended === undefined || began === undefined) throw new Error('The agents left no times.');
    return { attachedMs, nextMs: began - ended };
  } finally {
    await folder.dispose();
  }
}

/** When the watch last wrote what the agent is doing; 0 before it did. */
async function progressAt(stack: Stack, task: string): Promise<number> {
  const { progress } = await stack.client.call('taskProgress', { params: { id: task } });
  return progress === null ? 0 : Date.parse(progress.updatedAt);
}

/** Times in the log of the agents, in order. */
async function linesOf(log: string): Promise<number[]> {
  const text = await readFile(log, 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => Number(line.split(' ')[1]));
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + TIMEOUT_MS;
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error(`It did not happen within ${TIMEOUT_MS} ms.`);
    await sleep(50);
  }
}
