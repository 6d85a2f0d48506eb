/** The set-up commands of a workspace, each a run; a failing one holds the batch with its output. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../contracts/errors.ts';
import type { BatchId, ProjectId } from '../../contracts/ids.ts';
import type { CommandSetting } from '../../contracts/settings.ts';
import type { Masker } from '../../platform/masking.ts';
import type { StatePaths } from '../../platform/paths.ts';
import type { RunExit } from '../runs/status.ts';
import { readTail } from '../verify/output-tail.ts';
import type { RunPlace } from '../verify/run-place.ts';
import { runShell } from '../verify/shell-run.ts';

/** What set-up needs. */
export interface SetupRequest {
  readonly place: RunPlace;
  readonly cwd: string;
  /** Complete environment but for the run's marker. */
  readonly env: Readonly<Record<string, string>>;
  readonly commands: readonly CommandSetting[];
  readonly masker: Masker;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs the commands one after the other. Calling again goes on where it was: commands that succeeded are not repeated,
 * a running one is awaited, one that had failed before is tried again.
 * @throws AppError setup_failed with `details` {command, exitCode, timedOut, outputTail}; run_lost, cancelled,
 * workspace_broken as `runShell`
 */
export async function runSetup(request: SetupRequest): Promise<void> {
  for (const [index, { command, timeoutMs }] of request.commands.entries()) {
    const { place, cwd, env, signal } = request;
    const step = `setup-${index}`;
    const repeat = (exit: RunExit): boolean => exit.code !== 0 || exit.timedOut;
    const { exit, directory } = await runShell({ place, step, command, cwd, env, timeoutMs, signal, repeat });
    if (exit.code === 0 && !exit.timedOut) continue;
    const outputTail = await readTail(directory, request.masker);
    const said = outputTail.trim() === '' ? '' : ` It printed: ${outputTail.trim().slice(-300)}`;
    throw new AppError('setup_failed', `The setup command \`${command}\` ${ending(exit, timeoutMs)}.${said}`, {
      details: { command, exitCode: exit.timedOut ? null : exit.code, timedOut: exit.timedOut, outputTail },
    });
  }
}

/**
 * Lets the set-up of a workspace run again: to be called before its tree is removed, because a new tree in its place
 * needs the set-up too.
 */
export async function forgetSetup(paths: Pick<StatePaths, 'runs'>, batch: BatchId, project: ProjectId): Promise<void> {
  const folder = join(paths.runs, batch, project);
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((each) => each.startsWith('setup-'))) {
    await rm(join(folder, name), { recursive: true, force: true });
  }
}

function ending(exit: RunExit, timeoutMs: number): string {
  if (exit.timedOut) return `did not end within ${Math.round(timeoutMs / 1000)} s`;
  return exit.code === null ? `was ended by ${exit.signal ?? 'a signal'}` : `ended with exit code ${exit.code}`;
}
