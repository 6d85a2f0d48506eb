/** `nightloom api` by itself, beside a stack: same state directory, same database, same Temporal. */
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { choosePort } from '../../src/temporal/ports.ts';
import { LAUNCHER, stackEnvironment } from './stack.ts';
import type { Stack } from './stack.ts';

const START_TIMEOUT_MS = 30_000;

/** A running API. */
export interface ApiProcess {
  readonly url: string;
  readonly token: string;
  /** From the start of the launcher to the first answer. */
  readonly startupMs: number;
  /** VmRSS now, in megabytes; Linux only. */
  residentMb(): Promise<number>;
  stop(): Promise<void>;
}

/** Starts it and waits for its first answer. */
export async function startApi(stack: Stack): Promise<ApiProcess> {
  const { temporalAddress, host } = await stack.status();
  const port = await choosePort([]);
  const url = `http://127.0.0.1:${port}`;
  const env = { ...stackEnvironment(stack.home), TEMPORAL_ADDRESS: temporalAddress ?? '' };
  const startedAt = performance.now();
  const args = ['api', '--listen', `127.0.0.1:${port}`, '--host', host ?? ''];
  const child = spawn(LAUNCHER, args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
  const exit = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  while (!(await answers(url))) {
    if (child.exitCode !== null) throw new Error(`\`api\` ended with ${child.exitCode}`);
    if (performance.now() - startedAt > START_TIMEOUT_MS) throw new Error('The API does not answer.');
    await sleep(2);
  }
  const startupMs = performance.now() - startedAt;
  return {
    url,
    token: (await readFile(join(stack.home, 'token'), 'utf8')).trim(),
    startupMs,
    residentMb: async () => {
      const text = await readFile(`/proc/${child.pid}/status`, 'utf8');
      return Number(/^VmRSS:\s+(\d+) kB$/m.exec(text)?.[1]) / 1024;
    },
    stop: async () => {
      child.kill('SIGTERM');
      await exit;
    },
  };
}

async function answers(url: string): Promise<boolean> {
  return await fetch(`${url}/api/health`).then(
    async (response) => {
      await response.text();
      return response.ok;
    },
    () => false,
  );
}
