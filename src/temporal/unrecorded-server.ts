/** A server whose starter was killed before it could record it: found by what the server's own shell left. */
import { readFile } from 'node:fs/promises';
import { exec, succeeded } from '../platform/exec.ts';
import { endProcess, readStartTime } from './server-process.ts';
import type { ProcessIdentity } from './server-process.ts';
import type { ServerFiles } from './server-record.ts';

const STOP_GRACE_MS = 10_000;

/**
 * Shell script that writes its own pid to the file `$1` and becomes the program `$2` with the other arguments: so the
 * pid is there whatever happens to who started it.
 */
export const ANNOUNCE_PID = 'echo $$ >"$1" && shift && exec "$@"';

/**
 * Ends the last started server if it still runs: two servers must never share a database file. It is taken for ours
 * only if its command line names our folder.
 */
export async function endUnrecordedServer(files: ServerFiles): Promise<void> {
  const identity = await announcedProcess(files);
  if (identity !== null) await endProcess(identity, STOP_GRACE_MS);
}

async function announcedProcess(files: ServerFiles): Promise<ProcessIdentity | null> {
  const pid = Number.parseInt(await readFile(files.pid, 'utf8').catch(() => ''), 10);
  if (!Number.isInteger(pid) || pid <= 1) return null;
  const startTime = await readStartTime(pid);
  if (startTime === null || !(await commandLine(pid)).includes(`--db-filename=${files.folder}/`)) return null;
  return (await readStartTime(pid)) === startTime ? { pid, startTime } : null;
}

async function commandLine(pid: number): Promise<string> {
  if (process.platform === 'linux') return readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  const listed = await exec(['/bin/ps', '-ww', '-o', 'args=', '-p', String(pid)], { cwd: '/', env: {} });
  return succeeded(listed) ? listed.stdout : '';
}
