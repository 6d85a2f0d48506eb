/** A whole stack as real processes, in a state directory of its own, that a test may kill as it likes. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createClient } from '../../src/client/client.ts';
import type { Client } from '../../src/client/client.ts';
import { AppError } from '../../src/contracts/errors.ts';
import { isAlive, startTimeOf } from '../../src/host/runs/process-table.ts';
import type { ProcessIdentity } from '../../src/host/runs/process-table.ts';
import { isRecord, readJson } from '../../src/host/runs/run-directory.ts';
import { readEnvironment } from '../../src/platform/environment.ts';
import { silentLogger } from '../../src/platform/logger.ts';
import { findTemporalBinary, sharedCacheDirectory } from '../../src/temporal/binary.ts';
import { killMarked } from './kills.ts';

const UP = fileURLToPath(new URL('../../src/main/up.ts', import.meta.url));
const UP_WITHIN_MS = 60_000;

/** Processes of the stack by their role in `stack.json`. */
export type Role = 'control' | 'host' | 'temporal';

/** What a test works with. */
export interface FaultStack {
  /** Everything of the test lies below. */
  readonly root: string;
  readonly home: string;
  readonly failpointLog: string;
  /** Starts `up`, unless it lives, and waits until its API answers and its host worker is ready. */
  up(): Promise<void>;
  /** From now on `up` is started again whenever it has died, as a service manager would. */
  keepUp(): void;
  /** Process of a role; null while it is down. */
  process(role: Role): ProcessIdentity | null;
  /** SIGKILL to the process of a role; false if it is down. */
  kill(role: Role): boolean;
  /** Does something with the API; tries again while it is away. */
  call<Result>(action: (client: Client) => Promise<Result>, timeoutMs?: number): Promise<Result>;
  /** Called by `stop`, when nothing runs any more. */
  defer(cleanup: () => Promise<void>): void;
  /** Ends everything and removes the directory. */
  stop(): Promise<void>;
}

/** What a stack is started with. */
export interface FaultStackOptions {
  /** Server to use; null: the stack brings its own. */
  readonly temporalAddress: string | null;
  /** Value of `NIGHTLOOM_FAILPOINT`. */
  readonly failpoint?: string;
  /** Existing folder to put the state directory into; default: the test's own. */
  readonly stateIn?: string;
}

/** Makes the directory; nothing runs yet. */
export async function makeStack(options: FaultStackOptions): Promise<FaultStack> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'nightloom-fault-')));
  const home = join(options.stateIn ?? root, 'state');
  const userHome = join(root, 'user');
  const failpointLog = join(root, 'failpoints.log');
  await mkdir(home, { mode: 0o700 });
  await mkdir(userHome);
  const env = await environmentOf(options, { home, userHome, failpointLog });
  const stackFile = join(home, 'stack.json');
  let child: ChildProcess | null = null;
  let kept = false;
  let stopped = false;
  const cleanups: (() => Promise<void>)[] = [];

  const isUp = (): boolean => child !== null && child.exitCode === null && child.signalCode === null;
  const start = (): void => {
    const log = openSync(join(root, 'up.log'), 'a');
    const started = spawn(execPath, [UP], { cwd: '/', env, stdio: ['ignore', log, log] });
    closeSync(log);
    child = started;
    started.once('exit', () => {
      if (kept && !stopped) setTimeout(() => !stopped && !isUp() && start(), 200);
    });
  };
  const processOf = (role: Role): ProcessIdentity | null => {
    if (role === 'control') {
      const pid = isUp() ? child?.pid : undefined;
      return pid === undefined ? null : { pid, startTime: startTimeOf(pid) ?? '' };
    }
    const record = readJson(stackFile);
    const processes = isRecord(record) && Array.isArray(record['processes']) ? record['processes'] : [];
    const found: unknown = processes.find((each) => isRecord(each) && each['role'] === role);
    if (!isRecord(found)) return null;
    // The server's comes with the boot id in front.
    const startTime = String(found['startTime']).split(':').at(-1) ?? '';
    const identity = { pid: Number(found['pid']), startTime };
    return isAlive(identity) ? identity : null;
  };
  const client = async (): Promise<Client> => {
    const record = readJson(stackFile);
    const baseUrl = isRecord(record) ? String(record['url']) : '';
    if (!isRecord(record) || record['pid'] !== child?.pid) throw new AppError('stack_unreachable', 'No stack yet.');
    return createClient({ baseUrl, token: (await readFile(join(home, 'token'), 'utf8')).trim(), timeoutMs: 30_000 });
  };
  const call: FaultStack['call'] = async (action, timeoutMs = UP_WITHIN_MS) => {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      try {
        return await action(await client());
      } catch (error) {
        if (!isAway(error)) throw error;
        const ended = !isUp() && !kept;
        if (ended || performance.now() > deadline) throw new Error(await tailOf(root, home), { cause: error });
      }
      await sleep(50);
    }
  };

  return {
    root,
    home,
    failpointLog,
    process: processOf,
    call,
    up: async () => {
      if (!isUp()) start();
      await call(async (each) => {
        const status = await each.call('status');
        if (!status.healthy) throw new AppError('stack_unreachable', JSON.stringify(status.checks));
      });
    },
    keepUp: () => {
      kept = true;
    },
    kill: (role) => {
      const identity = processOf(role);
      if (identity === null) return false;
      return killIdentity(identity);
    },
    defer: (cleanup) => {
      cleanups.push(cleanup);
    },
    stop: async () => {
      stopped = true;
      await endStack(child, processOf, home);
      for (const cleanup of cleanups) await cleanup();
      await rm(root, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** SIGKILL to exactly this process; false if it is gone. */
function killIdentity(identity: ProcessIdentity): boolean {
  if (!isAlive(identity)) return false;
  process.kill(identity.pid, 'SIGKILL');
  return true;
}

/** The end of what `up` and its workers wrote. */
async function tailOf(root: string, home: string): Promise<string> {
  const files = [join(root, 'up.log'), join(home, 'logs', 'control.log'), join(home, 'logs', 'host.log')];
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')));
  return texts.map((text, index) => `${files[index]}:\n${text.slice(-3000)}`).join('\n');
}

/** A lost connection, a stack that is not there, a worker that does not answer yet: all pass by themselves. */
function isAway(error: unknown): boolean {
  return AppError.is(error) && (error.code === 'stack_unreachable' || error.category === 'transient');
}

async function environmentOf(
  options: FaultStackOptions,
  place: { home: string; userHome: string; failpointLog: string },
): Promise<Record<string, string>> {
  const environment = readEnvironment();
  const { path, raw } = environment;
  const env: Record<string, string> = { PATH: path, HOME: place.userHome, NIGHTLOOM_HOME: place.home };
  if (raw['NODE_COMPILE_CACHE'] !== undefined) env['NODE_COMPILE_CACHE'] = raw['NODE_COMPILE_CACHE'];
  if (options.temporalAddress === null) {
    const cacheDirectory = sharedCacheDirectory(environment);
    env['NIGHTLOOM_TEMPORAL_BIN'] = (
      await findTemporalBinary({ environment, cacheDirectory, logger: silentLogger })
    ).path;
  } else env['TEMPORAL_ADDRESS'] = options.temporalAddress;
  if (options.failpoint !== undefined) {
    env['NIGHTLOOM_FAILPOINT'] = options.failpoint;
    env['NIGHTLOOM_FAILPOINT_LOG'] = place.failpointLog;
  }
  return env;
}

async function endStack(
  child: ChildProcess | null,
  processOf: (role: Role) => ProcessIdentity | null,
  home: string,
): Promise<void> {
  const others = [processOf('host'), processOf('temporal')].filter((each) => each !== null);
  if (child !== null && child.exitCode === null && child.signalCode === null) {
    const exit = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const forced = setTimeout(() => child.kill('SIGKILL'), 20_000);
    await exit;
    clearTimeout(forced);
  }
  for (const identity of others) killIdentity(identity);
  await killMarked(home);
}
