/** Starting a run: the specification is written, a detached shell takes it from there and needs nobody any more. */
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AppError } from '../../contracts/errors.ts';
import { findExecutable } from '../../platform/exec.ts';
import { systemClock } from '../../platform/clock.ts';
import { bootId, pidNamespace, SHIM_MARKER_VARIABLE } from './process-table.ts';
import { RUN_FILES, errorCode, makePrivateDirectory, writeByRename, writeJson } from './run-directory.ts';
import { inspectRun } from './status.ts';
import type { RunStatus } from './status.ts';
import { watchDirectory } from './watch-directory.ts';
import type { DirectoryChanges } from './watch-directory.ts';
import { failpoint } from '../../platform/failpoint.ts';

/** What is to run. */
export interface RunSpec {
  /** Absolute run directory; made if missing. */
  readonly dir: string;
  /** Unique for this directory, without white space; every process of the run carries it. */
  readonly marker: string;
  /** Program and arguments; a program without a slash is looked up in `env.PATH`. */
  readonly argv: readonly [string, ...string[]];
  /** Absolute path of an existing directory. */
  readonly cwd: string;
  /** The complete environment of the program. Names that a shell cannot hold (with `.` or `%`) do not arrive. */
  readonly env: Readonly<Record<string, string>>;
  /** Standard input; null: empty. */
  readonly stdin: string | null;
  /** Wall time after which the shim ends the program, whoever else lives; at least 1. */
  readonly timeoutMs: number;
  /** Between SIGTERM and SIGKILL when the shim ends it. */
  readonly graceMs: number;
}

const SHIM = fileURLToPath(new URL('./shim.sh', import.meta.url));
const CLAIM_WITHIN_MS = 5000;

/**
 * Starts the run in `spec.dir` unless it was started before: any number of calls, also at once and from several
 * processes, start at most one. Returns as soon as a shim has claimed the directory (a few milliseconds).
 * A program that cannot be executed ends with exit code 127 or 126: see {@link assertExecutable}.
 * @throws AppError workspace_broken (no such `cwd`), run_lost (no shim came up within 5 s: try again), internal (marker)
 */
export async function launchRun(spec: RunSpec): Promise<RunStatus> {
  if (/\s/.test(spec.marker) || spec.marker === '') throw new AppError('internal', `Bad marker: ${spec.marker}`);
  if (existsSync(join(spec.dir, RUN_FILES.claim))) return inspectRun(spec.dir);
  if (!existsSync(spec.cwd)) {
    throw new AppError('workspace_broken', `The folder ${spec.cwd} does not exist.`, { details: { cwd: spec.cwd } });
  }
  writeSpecification(spec);
  const changes = watchDirectory(spec.dir);
  try {
    failpoint('spawn:before');
    await startShim(spec);
    failpoint('spawn:after');
    return await untilClaimed(spec.dir, changes);
  } finally {
    changes.close();
  }
}

/**
 * Absolute path of the program `argv0`: by itself if it holds a slash, else found in `path` (a PATH value).
 * @throws AppError agent_missing when there is none that can be executed; callers with another meaning catch it
 */
export async function assertExecutable(argv0: string, path: string): Promise<string> {
  const file = await findExecutable(argv0, path);
  if (file !== null) return file;
  throw new AppError('agent_missing', `The program ${argv0} was not found or cannot be executed.`, {
    details: { program: argv0, path },
  });
}

/** The environment is left out: it holds credentials. */
function writeSpecification(spec: RunSpec): void {
  makePrivateDirectory(spec.dir);
  const { marker, argv, cwd, timeoutMs, graceMs } = spec;
  writeJson(join(spec.dir, RUN_FILES.spec), { marker, argv, cwd, timeoutMs, graceMs, requestedAt: systemClock.now() });
  writeByRename(join(spec.dir, RUN_FILES.stdin), spec.stdin ?? '');
  for (const name of [RUN_FILES.stdout, RUN_FILES.stderr]) closeSync(openSync(join(spec.dir, name), 'a', 0o600));
}

function startShim(spec: RunSpec): Promise<void> {
  const shimArguments = [
    spec.dir,
    spec.marker,
    seconds(spec.timeoutMs),
    seconds(spec.graceMs),
    bootId(),
    pidNamespace(),
    process.umask().toString(8).padStart(3, '0'),
    spec.argv[0].includes('=') ? '' : signalResetter(),
  ];
  return new Promise((resolve, reject) => {
    const shim = spawn('/bin/sh', [SHIM, ...shimArguments, ...spec.argv], {
      cwd: spec.cwd,
      env: { ...spec.env, [SHIM_MARKER_VARIABLE]: spec.marker },
      detached: true,
      stdio: 'ignore',
    });
    shim.once('spawn', () => {
      shim.unref();
      resolve();
    });
    shim.once('error', (error) => {
      reject(
        new AppError('run_lost', `No shell could be started: ${error.message}.`, {
          details: { code: errorCode(error) ?? null },
          cause: error,
        }),
      );
    });
  });
}

async function untilClaimed(dir: string, changes: DirectoryChanges): Promise<RunStatus> {
  const deadline = systemClock.monotonicMs() + CLAIM_WITHIN_MS;
  for (;;) {
    const status = await inspectRun(dir);
    if (status.status !== 'unclaimed' && !(status.status === 'running' && status.child === null)) return status;
    const leftMs = deadline - systemClock.monotonicMs();
    if (leftMs <= 0 && status.status !== 'unclaimed') return status;
    if (leftMs <= 0) throw new AppError('run_lost', 'The shell of the run did not come up.', { details: { dir } });
    await changes.next(Math.min(leftMs, 50));
  }
}

let foundResetter: string | null = null;

/** Path of an `env` that can set signals to their defaults (GNU coreutils 8.31, 2019); empty where there is none. */
function signalResetter(): string {
  if (foundResetter !== null) return foundResetter;
  const env = '/usr/bin/env';
  const probe = spawnSync(env, ['--default-signal=INT,QUIT', 'true'], {
    stdio: 'ignore',
    env: { PATH: '/usr/bin:/bin' },
  });
  foundResetter = probe.status === 0 ? env : '';
  return foundResetter;
}

/** Seconds for `sleep`; whole ones without a fraction, which not every `sleep` understands. */
function seconds(ms: number): string {
  const bounded = Math.max(1, Math.round(ms));
  return bounded % 1000 === 0 ? String(bounded / 1000) : (bounded / 1000).toFixed(3);
}
