/** Kind `custom-command`: a program with its arguments, no shell between; success is exit 0. */
import { isAbsolute, relative, resolve } from 'node:path';
import { realpath } from 'node:fs/promises';
import { AppError } from '../../contracts/errors.ts';
import { KIND_PARAMS } from '../../contracts/kind-params.ts';
import type { KindResult } from '../../contracts/kind-params.ts';
import { RUN_FILES } from '../runs/run-directory.ts';
import { tailOf } from '../runs/tail-text.ts';
import type { RunExit } from '../runs/status.ts';

/** How to start the program. */
export interface CommandPlan {
  readonly argv: readonly [string, ...string[]];
  /** Absolute, inside the workspace. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: string;
  /** null: the agent's time-out. */
  readonly timeoutMs: number | null;
}

const TAIL_BYTES = 32 * 1024;

/** @throws AppError invalid_input when `options.cwd` leads out of the workspace or is not there */
export async function planCommand(params: unknown, workspace: string): Promise<CommandPlan> {
  const { command, args, options } = KIND_PARAMS['custom-command'].parse(params);
  return {
    argv: [command, ...args],
    cwd: await folderInside(workspace, options.cwd ?? '.'),
    env: options.env ?? {},
    stdin: options.stdin ?? '',
    timeoutMs: options.timeoutMs ?? null,
  };
}

/** What a run of the program left. */
export async function commandResult(directory: string, exit: RunExit | null): Promise<KindResult<'custom-command'>> {
  const [stdout, stderr] = await Promise.all([
    tailOf(directory, RUN_FILES.stdout, TAIL_BYTES),
    tailOf(directory, RUN_FILES.stderr, TAIL_BYTES),
  ]);
  const durationMs = exit === null ? 0 : Math.max(0, exit.endedAt - exit.startedAt);
  return { exitCode: exit?.code ?? null, stdout, stderr, durationMs };
}

async function folderInside(workspace: string, wanted: string): Promise<string> {
  const top = await realpath(workspace);
  const folder = await realpath(resolve(top, wanted)).catch(() => null);
  const way = folder === null ? '' : relative(top, folder);
  if (folder !== null && way !== '..' && !way.startsWith('../') && !isAbsolute(way)) return folder;
  const message = folder === null ? 'is no folder of the workspace' : 'leads out of the workspace';
  throw new AppError('invalid_input', `options.cwd ${JSON.stringify(wanted)} ${message}.`, {
    details: { fields: [{ path: 'params.options.cwd', message }] },
  });
}
