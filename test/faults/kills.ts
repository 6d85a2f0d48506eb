/** Kills below the stack: agents and shims, found through the run directories of one state directory. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive } from '../../src/host/runs/process-table.ts';
import type { ProcessIdentity } from '../../src/host/runs/process-table.ts';
import { isRecord, readJson } from '../../src/host/runs/run-directory.ts';
import { findMarked } from '../support/marked-processes.ts';

/** A run that has begun and not ended. */
export interface OpenRun {
  readonly directory: string;
  readonly marker: string;
  readonly step: string;
  readonly shim: ProcessIdentity | null;
  readonly agent: ProcessIdentity | null;
}

/** Runs of tasks that are open now; shim and program are null when they are gone. */
export async function openRuns(home: string): Promise<OpenRun[]> {
  const runs: OpenRun[] = [];
  for (const task of await names(join(home, 'runs'))) {
    if (!task.startsWith('t_')) continue;
    for (const attempt of await names(join(home, 'runs', task))) {
      for (const step of await names(join(home, 'runs', task, attempt))) {
        const directory = join(home, 'runs', task, attempt, step);
        const claim = await readFile(join(directory, 'claim'), 'utf8').catch(() => null);
        if (claim === null || readJson(join(directory, 'exit.json')) !== null) continue;
        const [pid, startTime = ''] = claim.split(' ');
        const spec = readJson(join(directory, 'run.json'));
        const marker = isRecord(spec) ? String(spec['marker']) : '';
        const shim = living({ pid: Number(pid), startTime });
        runs.push({
          directory,
          marker,
          step,
          shim,
          agent: living(toIdentity(readJson(join(directory, 'process.json')))),
        });
      }
    }
  }
  return runs;
}

/** SIGKILL to the shim or the program of every open run of an agent; which ones. */
export async function killOpenRuns(home: string, part: 'shim' | 'agent'): Promise<OpenRun[]> {
  const runs = (await openRuns(home)).filter((run) => /^(agent|fix|continue)/.test(run.step));
  return runs.filter((run) => {
    const identity = run[part];
    if (identity === null || !isAlive(identity)) return false;
    process.kill(identity.pid, 'SIGKILL');
    return true;
  });
}

/** SIGKILL to everything that carries a marker of this state directory. */
export async function killMarked(home: string): Promise<void> {
  const identity = readJson(join(home, 'installation.json'));
  if (!isRecord(identity)) return;
  for (const run of await openRuns(home)) if (run.shim !== null) process.kill(run.shim.pid, 'SIGKILL');
  for (const pid of await findMarked(`${String(identity['installation'])}/`)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended by itself meanwhile.
    }
  }
}

function living(identity: ProcessIdentity | null): ProcessIdentity | null {
  return identity !== null && isAlive(identity) ? identity : null;
}

function toIdentity(value: unknown): ProcessIdentity | null {
  if (!isRecord(value)) return null;
  return { pid: Number(value['pid']), startTime: String(value['startTime']) };
}

async function names(folder: string): Promise<string[]> {
  return await readdir(folder).catch(() => []);
}
