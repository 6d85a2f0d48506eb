/** Processes of a stack killed, and waiting for what comes back. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Stack } from './stack.ts';

/** Between the rounds: everything is up and nothing is being caught up. */
const SETTLE_MS = 3000;
const POLL_MS = 10;
const TIMEOUT_MS = 60_000;

/** Waits until everything is up and quiet. */
export async function settle(stack: Stack): Promise<void> {
  await until(async () => (await stack.status()).healthy);
  await sleep(SETTLE_MS);
}

/** SIGKILL, by the pid that the stack names. */
export async function kill(stack: Stack, role: 'control' | 'temporal'): Promise<void> {
  const { processes, temporalPid } = await stack.status();
  const pid = role === 'temporal' ? temporalPid : processes.find((each) => each.role === role)?.pid;
  if (pid == null) throw new Error(`There is no process ${role}.`);
  process.kill(pid, 'SIGKILL');
}

/** Waits; what is away fails meanwhile. @throws Error after a minute */
export async function until(isTrue: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + TIMEOUT_MS;
  while (!(await isTrue().catch(() => false))) {
    if (performance.now() > deadline) throw new Error(`It did not happen within ${TIMEOUT_MS} ms.`);
    await sleep(POLL_MS);
  }
}
