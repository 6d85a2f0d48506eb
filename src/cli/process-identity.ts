/** Whether a recorded process is still the same one: a pid alone may have been given to another. */
import { readFile } from 'node:fs/promises';
import { kill } from 'node:process';

/**
 * When the process began: on Linux `<boot id>:<clock ticks since boot>` (proc(5), field 22), elsewhere what
 * `ps -o lstart=` prints. null if there is no such process, or a zombie.
 */
export async function processStartTime(pid: number): Promise<string | null> {
  return process.platform === 'linux' ? linuxStartTime(pid) : psStartTime(pid);
}

/**
 * True if `pid` lives and began at `startTime`. The boot id may be left out of a record, and blanks may be written as
 * underscores. An empty start time proves nothing and gives false.
 */
export async function isAlive(pid: number, startTime: string): Promise<boolean> {
  if (startTime === '') return false;
  const found = await processStartTime(pid);
  if (found === null) return false;
  if (process.platform !== 'linux') return found.replaceAll(/\s+/g, ' ') === startTime.replaceAll(/[\s_]+/g, ' ');
  return startTime.includes(':') ? found === startTime : found.endsWith(`:${startTime}`);
}

/** Sends `signal` if the process is still the recorded one. Gives false if it is gone. */
export async function signalProcess(pid: number, startTime: string, signal: 'SIGTERM' | 'SIGKILL'): Promise<boolean> {
  if (!(await isAlive(pid, startTime))) return false;
  try {
    kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}

async function linuxStartTime(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (stat === null) return null;
  // The second field is the program's name in parentheses and may hold blanks and parentheses itself.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = fields[19];
  if (ticks === undefined || fields[0] === 'Z' || fields[0] === 'X') return null;
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => 'unknown');
  return `${boot.trim()}:${ticks}`;
}

async function psStartTime(pid: number): Promise<string | null> {
  // Loaded only where it is needed: it costs as much as everything else of `status`.
  const { exec, succeeded } = await import('../platform/exec.ts');
  const asked = await exec(['/bin/ps', '-o', 'lstart=', '-p', String(pid)], { cwd: '/', env: { LC_ALL: 'C' } });
  const text = asked.stdout.trim();
  return succeeded(asked) && text !== '' ? text : null;
}
