/** Living processes with our marker, read from /proc (or ps) by itself: tests do not check us with us. */
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { RUN_MARKER_VARIABLE } from '../../src/contracts/names.ts';

const run = promisify(execFile);

/** Pids of all processes whose marker begins with `prefix`; zombies do not count. */
export async function findMarked(prefix: string): Promise<number[]> {
  const wanted = `${RUN_MARKER_VARIABLE}=${prefix}`;
  const names = await readdir('/proc').catch(() => null);
  if (names === null) return await findWithPs(wanted);
  const pids = names.filter((name) => /^\d+$/.test(name));
  const environments = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')));
  return pids
    .filter((_pid, index) => (environments[index] ?? '').split('\0').some((entry) => entry.startsWith(wanted)))
    .map(Number);
}

async function findWithPs(wanted: string): Promise<number[]> {
  const { stdout } = await run('ps', ['-A', '-E', '-ww', '-o', 'pid=,command=']);
  return stdout
    .split('\n')
    .filter((line) => line.includes(wanted))
    .map((line) => Number(line.trim().split(' ', 1)[0]));
}
