/**
 * A configured shell command as a run: started at most once, however often and from wherever it is asked for, and read
 * again by whoever comes later. Only a try that says nothing about the command (lost, ended on request) is repeated.
 */
import { AppError } from '../../contracts/errors.ts';
import { launchRun } from '../runs/launch.ts';
import { inspectRun } from '../runs/status.ts';
import type { RunExit } from '../runs/status.ts';
import { fence, terminateRun } from '../runs/terminate.ts';
import { waitForRun } from '../runs/wait.ts';
import type { RunPlace } from './run-place.ts';

/** What to run. */
export interface ShellRun {
  readonly place: RunPlace;
  /** Step of the first try; a repeated one is `<step>-again-<n>`. */
  readonly step: string;
  /** For `sh -c`. */
  readonly command: string;
  readonly cwd: string;
  /** Complete environment but for the run's marker. */
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Ends the waiting, not the run. */
  readonly signal?: AbortSignal | undefined;
  /** Which earlier ends are not final when the command is asked for again; default: none. */
  readonly repeat?: (exit: RunExit) => boolean;
}

/** How it ended. */
export interface ShellEnd {
  readonly exit: RunExit;
  /** Directory of the try that counted. */
  readonly directory: string;
}

const GRACE_MS = 5000;
/** Beyond its own time-out and grace a run gets this long to write its end, before we end it ourselves. */
const OVERTIME_MS = 15_000;
const MAX_LOST = 3;
/** stderr goes where stdout goes, so that the output keeps its order. */
const MERGED = 'exec 2>&1; exec sh -c "$1"';

/**
 * Runs the command, or re-attaches to it, or reads how it ended. What it left running is ended before this returns.
 * @throws AppError run_lost (no end known after 3 tries, or a run of another pid namespace), cancelled (ended on request
 * while we waited), workspace_broken (no such `cwd`)
 */
export async function runShell(run: ShellRun): Promise<ShellEnd> {
  let number = await currentTry(run);
  for (let lost = 0; lost < MAX_LOST; lost += 1, number += 1) {
    const step = tryStep(run.step, number);
    const directory = run.place.directory(step);
    const exit = await runOnce(run, step, directory);
    await fence(run.place.marker(step));
    if (exit === null) continue;
    if (exit.terminated) throw new AppError('cancelled', `\`${run.command}\` was ended on request.`);
    return { exit, directory };
  }
  throw new AppError('run_lost', `\`${run.command}\` was lost ${MAX_LOST} times: its end was never recorded.`);
}

/** Directory of the newest try of a step, for reading its output; the first one's when there is none. */
export async function newestTry(place: Pick<RunPlace, 'directory'>, step: string): Promise<string> {
  let found = place.directory(step);
  for (let number = 1; (await inspectRun(found)).status !== 'unclaimed'; number += 1) {
    const next = place.directory(tryStep(step, number));
    if ((await inspectRun(next)).status === 'unclaimed') break;
    found = next;
  }
  return found;
}

function tryStep(step: string, number: number): string {
  return number === 0 ? step : `${step}-again-${number}`;
}

/** The first try that is open or final. */
async function currentTry(run: ShellRun): Promise<number> {
  for (let number = 0; ; number += 1) {
    const status = await inspectRun(run.place.directory(tryStep(run.step, number)));
    if (status.status === 'lost') continue;
    if (status.status !== 'exited') return number;
    if (!status.exit.terminated && run.repeat?.(status.exit) !== true) return number;
  }
}

/** null: it was lost. */
async function runOnce(run: ShellRun, step: string, directory: string): Promise<RunExit | null> {
  await launchRun({
    dir: directory,
    marker: run.place.marker(step),
    argv: ['/bin/sh', '-c', MERGED, 'sh', run.command],
    cwd: run.cwd,
    env: run.env,
    stdin: null,
    timeoutMs: run.timeoutMs,
    graceMs: GRACE_MS,
  });
  const signal = run.signal === undefined ? {} : { signal: run.signal };
  for (let round = 0; round < 2; round += 1) {
    const status = await waitForRun(directory, { timeoutMs: run.timeoutMs + GRACE_MS + OVERTIME_MS, ...signal });
    if (status.status === 'exited') return status.exit;
    if (status.status === 'lost') return null;
    if (status.status === 'foreign') {
      throw new AppError('run_lost', `\`${run.command}\` runs in another pid namespace.`, { details: { directory } });
    }
    await terminateRun(directory, { graceMs: GRACE_MS });
  }
  return null;
}
