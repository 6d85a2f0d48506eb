/**
 * Keeps the machine from falling asleep while a batch runs or waits. A help, never a condition: what cannot be had is
 * logged once and tried again later.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KeepAwake } from '../contracts/settings.ts';
import { exec, findExecutable, succeeded } from '../platform/exec.ts';
import type { Logger } from '../platform/logger.ts';
import { isOnPower } from './power.ts';

/** What is asked and used. */
export interface KeepAwakeOptions {
  /** Where the programs are looked for. */
  readonly path: string;
  readonly logger: Logger;
  /** Whether any batch runs or waits. */
  readonly isBusy: () => Promise<boolean>;
  /** The setting, read anew every time. */
  readonly wish: () => Promise<KeepAwake>;
  /** Default: this machine's. */
  readonly isOnPower?: () => Promise<boolean>;
  /** Default 15,000. */
  readonly intervalMs?: number;
}

const INTERVAL_MS = 15_000;
/** An inhibitor that lives this long was granted. */
const GRANTED_AFTER_MS = 500;
const AGAIN_AFTER_MS = 10 * 60_000;
/** Ends when its standard input does, and so with us, however we die. */
const WAIT = 'cat';

/** The programs to try, best first; empty where there is none. */
async function inhibitors(path: string, wish: Exclude<KeepAwake, 'never'>): Promise<string[][]> {
  const caffeinate = await findExecutable('caffeinate', path);
  // `-s` holds on mains power only, which is what `onPower` means.
  if (caffeinate !== null) return [[caffeinate, wish === 'always' ? '-i' : '-s', WAIT]];
  const systemd = await findExecutable('systemd-inhibit', path);
  if (systemd === null) return [];
  const argv = (what: string): string[] => [
    systemd,
    `--what=${what}`,
    '--who=Nightloom',
    '--why=A batch is running',
    '--mode=block',
    WAIT,
  ];
  // Whoever is not at the machine's own seat may only ask for the first to be left out.
  return [argv('idle:sleep'), argv('idle')];
}

/** Whether an inhibitor can be had here: taken and let go at once. For `doctor`. */
export async function canKeepAwake(path: string, env: Readonly<Record<string, string>>): Promise<boolean> {
  for (const [program, ...args] of await inhibitors(path, 'always')) {
    if (program === undefined) continue;
    if (succeeded(await exec([program, ...args], { cwd: '/', env, timeoutMs: 5000 }))) return true;
  }
  return false;
}

/** Holds and lets go as the batches come and go, until `signal` aborts; then lets go. Never throws. */
export async function keepAwake(options: KeepAwakeOptions, signal: AbortSignal): Promise<void> {
  const { logger, intervalMs = INTERVAL_MS } = options;
  let held: ChildProcess | null = null;
  let notBeforeMs = 0;
  while (!signal.aborted) {
    try {
      const wanted = await wantedNow(options);
      if (held !== null && (wanted === null || !isAlive(held))) held = letGo(held);
      if (held === null && wanted !== null && performance.now() >= notBeforeMs) {
        held = await take(options.path, wanted);
        if (held === null) {
          if (notBeforeMs === 0)
            logger.info({ wish: wanted }, 'nothing here keeps the machine awake while batches run');
          notBeforeMs = performance.now() + AGAIN_AFTER_MS;
        }
      }
    } catch (err) {
      logger.warn({ err }, 'keeping the machine awake failed');
    }
    await sleep(intervalMs, undefined, { signal, ref: false }).catch(() => undefined);
  }
  if (held !== null) letGo(held);
}

async function wantedNow(options: KeepAwakeOptions): Promise<Exclude<KeepAwake, 'never'> | null> {
  const wish = await options.wish();
  if (wish === 'never' || !(await options.isBusy())) return null;
  if (wish === 'onPower' && !(await (options.isOnPower ?? isOnPower)())) return null;
  return wish;
}

async function take(path: string, wish: Exclude<KeepAwake, 'never'>): Promise<ChildProcess | null> {
  for (const [program, ...args] of await inhibitors(path, wish)) {
    if (program === undefined) continue;
    const child = spawn(program, args, { cwd: '/', stdio: ['pipe', 'ignore', 'ignore'] });
    child.on('error', () => undefined);
    child.stdin?.on('error', () => undefined);
    child.unref();
    await sleep(GRANTED_AFTER_MS);
    if (isAlive(child)) return child;
  }
  return null;
}

function isAlive(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

function letGo(child: ChildProcess): null {
  child.stdin?.end();
  return null;
}
