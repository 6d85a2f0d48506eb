/** The real stack, started as a user starts it, in a state directory of its own. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '../../src/client/client.ts';
import type { Client } from '../../src/client/client.ts';
import type { BatchView, Status } from '../../src/contracts/views.ts';
import { makeFolder, makeRepository, ROOT } from './place.ts';
import type { RepositoryOptions } from './place.ts';

/** The command line's launcher. */
export const LAUNCHER = join(ROOT, 'nightloom');

const START_TIMEOUT_MS = 60_000;
const BATCH_TIMEOUT_MS = 900_000;
const STOP_TIMEOUT_MS = 30_000;

/** A healthy stack. */
export interface Stack {
  readonly client: Client;
  readonly home: string;
  /** From the start of the launcher until everything was healthy. */
  readonly startupMs: number;
  status(): Promise<Status>;
  /** Makes a repository with as many requirements, and a batch of them, idle. */
  batch(options: Omit<RepositoryOptions, 'directory'>): Promise<{ id: string; taskIds: string[]; directory: string }>;
  start(batch: string): Promise<void>;
  /** Waits for the end; throws when a task did not complete. */
  finish(batch: string): Promise<BatchView>;
  /** Starts `up` once more, after it was killed; returns at once. */
  again(): void;
  /** Stops it with its agents and removes everything. */
  stop(): Promise<void>;
}

/** Environment of a stack: neither another installation nor another Temporal shines through. */
export function stackEnvironment(home: string): NodeJS.ProcessEnv {
  const { TEMPORAL_ADDRESS: _address, ...rest } = process.env;
  return { ...rest, NIGHTLOOM_HOME: home, NIGHTLOOM_URL: '', NIGHTLOOM_TOKEN: '' };
}

/** Starts `nightloom up` and waits until it is healthy. */
export async function startStack(name: string): Promise<Stack> {
  const folder = await makeFolder(name);
  const home = join(folder.path, 'home');
  await mkdir(home, { mode: 0o700 });
  const startedAt = performance.now();
  let complaints = '';
  const launch = (): ChildProcess => {
    const started = spawn(LAUNCHER, ['up'], { env: stackEnvironment(home), stdio: ['ignore', 'ignore', 'pipe'] });
    // Whatever ends us, a stack that nobody waits for any more is not left behind.
    const abandon = (): void => void started.kill('SIGTERM');
    process.once('exit', abandon);
    started.once('exit', () => process.off('exit', abandon));
    started.stderr.on('data', (chunk: Buffer) => (complaints = `${complaints}${chunk.toString('utf8')}`.slice(-4000)));
    return started;
  };
  let child = launch();
  let client: Client;
  try {
    client = await whenHealthy(home, child, () => complaints);
  } catch (error) {
    await end(child);
    await folder.dispose();
    throw error;
  }
  const startupMs = performance.now() - startedAt;
  let repositories = 0;
  return {
    client,
    home,
    startupMs,
    status: () => client.call('status'),
    batch: async (options) => {
      repositories += 1;
      const directory = join(folder.path, `project-${repositories}`);
      const names = await makeRepository({ ...options, directory });
      const project = await client.call('addProject', { body: { path: directory } });
      const tasks = names.map((requirementName) => ({ projectId: project.id, requirementName }));
      const made = await client.call('createBatch', { body: { name: `Bench ${repositories}`, tasks } });
      return { id: made.id, taskIds: made.tasks.map((task) => task.id), directory };
    },
    start: async (batch) => {
      await client.call('startBatch', { params: { id: batch }, body: {} });
    },
    finish: (batch) => finish(client, batch),
    again: () => {
      child = launch();
    },
    stop: async () => {
      await downWithAgents(home);
      await end(child);
      await folder.dispose();
    },
  };
}

async function whenHealthy(home: string, child: ChildProcess, complaints: () => string): Promise<Client> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`\`up\` ended with ${child.exitCode}: ${complaints()}`);
    const client = await connect(home);
    if (client !== null && (await client.call('status').catch(() => null))?.healthy === true) return client;
    await sleep(20);
  }
  throw new Error(`The stack was not healthy within ${START_TIMEOUT_MS} ms: ${complaints()}`);
}

async function connect(home: string): Promise<Client | null> {
  try {
    const record: unknown = JSON.parse(await readFile(join(home, 'stack.json'), 'utf8'));
    const token = (await readFile(join(home, 'token'), 'utf8')).trim();
    if (typeof record !== 'object' || record === null || !('url' in record)) return null;
    return createClient({ baseUrl: String(record.url), token });
  } catch {
    return null;
  }
}

async function finish(client: Client, batch: string): Promise<BatchView> {
  const deadline = performance.now() + BATCH_TIMEOUT_MS;
  while (performance.now() < deadline) {
    const view = await client.call('getBatch', { params: { id: batch } });
    if (view.hold !== null) throw new Error(`The batch is held: ${view.hold.message}`);
    if (view.status === 'completed') {
      const { completed } = view.counts;
      if (completed === view.tasks.length) return view;
      const failed = view.tasks.find((task) => task.status !== 'completed');
      throw new Error(`Only ${completed} of ${view.tasks.length} completed: ${JSON.stringify(failed?.failure)}`);
    }
    // Seldom: the times come from the batch itself, and asking is work for the stack.
    await sleep(1000);
  }
  throw new Error(`The batch did not end within ${BATCH_TIMEOUT_MS} ms.`);
}

/** Milliseconds per task of a completed batch, by its own clock. */
export function perTaskMs({ startedAt, completedAt, tasks }: BatchView): number {
  if (startedAt === null || completedAt === null) throw new Error('The batch has no times.');
  return (Date.parse(completedAt) - Date.parse(startedAt)) / tasks.length;
}

/** Agents outlive a stack that just ends: those of a benchmark shall not. */
async function downWithAgents(home: string): Promise<void> {
  const down = spawn(LAUNCHER, ['down', '--agents'], { env: stackEnvironment(home), stdio: 'ignore' });
  await once(down, 'exit');
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const forced = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await exit;
  clearTimeout(forced);
}
