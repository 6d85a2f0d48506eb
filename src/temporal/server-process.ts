/** Identity of a process beyond its pid, which the system gives to another process sooner or later. */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { exec, succeeded } from '../platform/exec.ts';

/** A process that can be told from a later one with the same pid. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Linux: clock ticks after boot, with the boot's id; elsewhere the date that `ps` prints. */
  readonly startTime: string;
}

/** Start time of the living process `pid`; null if there is none or it is a zombie. */
export async function readStartTime(pid: number): Promise<string | null> {
  return process.platform === 'linux' ? linuxStartTime(pid) : psStartTime(pid);
}

/** True while exactly this process lives. */
export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  return (await readStartTime(identity.pid)) === identity.startTime;
}

/**
 * Ends exactly this process: SIGTERM, and SIGKILL after `graceMs`. Returns once it is gone.
 * @throws Error when it is still there 5 s after SIGKILL.
 */
export async function endProcess(identity: ProcessIdentity, graceMs: number): Promise<void> {
  await sendSignal(identity, 'SIGTERM');
  if (await waitUntilGone(identity, graceMs)) return;
  await sendSignal(identity, 'SIGKILL');
  if (await waitUntilGone(identity, 5_000)) return;
  throw new Error(`Process ${identity.pid} is still there after SIGKILL.`);
}

async function waitUntilGone(identity: ProcessIdentity, timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (await isAlive(identity)) {
    if (Date.now() >= deadline) return false;
    await sleep(25);
  }
  return true;
}

async function sendSignal(identity: ProcessIdentity, signal: NodeJS.Signals): Promise<void> {
  if (!(await isAlive(identity))) return;
  try {
    process.kill(identity.pid, signal);
  } catch (error) {
    const goneMeanwhile = error instanceof Error && 'code' in error && error.code === 'ESRCH';
    if (!goneMeanwhile) throw error;
  }
}

/** proc(5): after the command in parentheses come the state and, as field 22 of the line, the start time. */
async function linuxStartTime(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (stat === null) return null;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const state = fields[0];
  const ticks = fields[19];
  if (ticks === undefined || state === 'Z' || state === 'X') return null;
  return `${await bootId()}:${ticks}`;
}

async function bootId(): Promise<string> {
  return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => 'unknown')).trim();
}

async function psStartTime(pid: number): Promise<string | null> {
  const listed = await exec(['/bin/ps', '-o', 'stat=,lstart=', '-p', String(pid)], { cwd: '/', env: { LC_ALL: 'C' } });
  const line = succeeded(listed) ? listed.stdout.trim() : '';
  if (line === '' || line.startsWith('Z')) return null;
  return line.slice(line.indexOf(' ')).trim();
}
