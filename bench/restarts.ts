/** How soon API and Temporal answer again after their process was killed while an agent works. */
import type { BenchOptions } from './run.ts';
import { kill, settle, until } from './support/kills.ts';
import { AGENT } from './support/place.ts';
import { worstOf } from './support/result.ts';
import type { BenchResult } from './support/result.ts';
import { startStack } from './support/stack.ts';
import type { Stack } from './support/stack.ts';

const ROUNDS = 5;
/** Longer than all rounds together. */
const AGENT_MS = 600_000;

/** `up` is started again at once, as a service manager does; the Temporal server is the supervisor's to start. */
export async function restarts(options: BenchOptions): Promise<BenchResult> {
  const stack = await startStack('restarts');
  const api: number[] = [];
  const temporal: number[] = [];
  try {
    const agent = [process.execPath, AGENT, '--sleep', String(AGENT_MS)];
    const batch = await stack.batch({ tasks: 1, agent });
    await stack.start(batch.id);
    await until(async () => (await stack.client.call('getBatch', { params: { id: batch.id } })).counts.running === 1);
    for (let round = 0; round < (options.rounds ?? ROUNDS); round += 1) {
      await settle(stack);
      api.push(await killControl(stack, batch.id));
      await settle(stack);
      temporal.push(await killTemporal(stack, batch.id));
    }
    await stack.client.call('cancelBatch', { params: { id: batch.id }, body: {} });
  } finally {
    await stack.stop();
  }
  return {
    name: 'restarts',
    figures: [
      worstOf('kill -9 of `up` to the API showing the batch', api, 2000),
      worstOf('kill -9 of the Temporal server to a pause being applied', temporal, 10_000),
    ],
    notes: ['`up` is started again in the moment of its death: a service manager adds its own pause.'],
  };
}

async function killControl(stack: Stack, id: string): Promise<number> {
  await kill(stack, 'control');
  const killedMs = performance.now();
  stack.again();
  await until(async () => (await stack.client.call('getBatch', { params: { id } })).counts.running === 1);
  return performance.now() - killedMs;
}

async function killTemporal(stack: Stack, id: string): Promise<number> {
  await kill(stack, 'temporal');
  const killedMs = performance.now();
  await until(async () => (await stack.client.call('pauseBatch', { params: { id }, body: {} })).result === 'applied');
  const tookMs = performance.now() - killedMs;
  await until(async () => (await stack.client.call('resumeBatch', { params: { id }, body: {} })).result === 'applied');
  return tookMs;
}
