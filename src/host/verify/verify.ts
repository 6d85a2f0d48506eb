/** Verification of a task's work: the project's commands, one after the other, each as a run of its own. */
import type { InstallationId, TaskId } from '../../contracts/ids.ts';
import type { CheckResult, VerifyOutcome } from '../../contracts/outcome.ts';
import type { CommandSetting } from '../../contracts/settings.ts';
import type { Masker } from '../../platform/masking.ts';
import type { StatePaths } from '../../platform/paths.ts';
import type { RunExit } from '../runs/status.ts';
import type { Baseline } from './baseline.ts';
import { readTail } from './output-tail.ts';
import { taskPlace } from './run-place.ts';
import { newestTry, runShell } from './shell-run.ts';

/** Which round of verification of which attempt. */
export interface VerifyRound {
  readonly paths: Pick<StatePaths, 'runs'>;
  readonly installation: InstallationId;
  readonly task: TaskId;
  readonly attempt: number;
  /** 0 after the agent's work, n after fix round n. */
  readonly round: number;
}

/** What to check. */
export interface ChecksRequest extends VerifyRound {
  readonly cwd: string;
  /** Complete environment of the commands but for the run's marker. */
  readonly env: Readonly<Record<string, string>>;
  readonly commands: readonly CommandSetting[];
  readonly baseline: Baseline;
  /** Git tree id of what is checked, taken before; null when it could not be. Only carried through. */
  readonly tree: string | null;
  /** Ends the waiting; the runs go on, and the next call re-attaches to them. */
  readonly signal?: AbortSignal | undefined;
}

/** A check that failed the task, with the end of its output. */
export interface FailedEvidence {
  readonly command: string;
  readonly exitCode: number | null;
  readonly timedOut: boolean;
  /** At most 4 KB, masked. */
  readonly outputTail: string;
}

/**
 * Runs all commands, also after one failed. Calling again with the same round after a crash goes on where it was:
 * ended commands are read, a running one is awaited, none runs twice.
 *
 * A command red in the baseline and red now does not count. `none` when no command counted: then nothing is verified.
 * @throws AppError run_lost, cancelled, workspace_broken
 */
export async function runChecks(request: ChecksRequest): Promise<VerifyOutcome> {
  const place = taskPlace(request.paths, request.installation, request.task, request.attempt);
  const checks: CheckResult[] = [];
  for (const [index, { command, timeoutMs }] of request.commands.entries()) {
    const { cwd, env, signal } = request;
    const step = verifyStep(request.round, index);
    const { exit } = await runShell({ place, step, command, cwd, env, timeoutMs, signal });
    checks.push(toResult(command, exit, request.baseline));
  }
  return { verdict: verdictOf(checks), checks, tree: request.tree };
}

/** What the next prompt and the report show of the checks that failed the task in this round. */
export async function readEvidence(
  round: VerifyRound,
  checks: readonly CheckResult[],
  masker: Masker,
): Promise<FailedEvidence[]> {
  const place = taskPlace(round.paths, round.installation, round.task, round.attempt);
  const evidence: FailedEvidence[] = [];
  for (const [index, check] of checks.entries()) {
    if (!countsAsFailed(check)) continue;
    const { command, exitCode, timedOut } = check;
    const tail = await readTail(await newestTry(place, verifyStep(round.round, index)), masker);
    evidence.push({ command, exitCode, timedOut, outputTail: tail });
  }
  return evidence;
}

/** Step of the command at `index` (from 0). */
export function verifyStep(round: number, index: number): string {
  return `verify-${round}-${index}`;
}

function toResult(command: string, exit: RunExit, baseline: Baseline): CheckResult {
  const before = baseline.find((check) => check.command === command);
  return {
    command,
    exitCode: exit.timedOut ? null : exit.code,
    passed: exit.code === 0 && !exit.timedOut,
    baseline: before === undefined ? 'none' : before.passed ? 'passed' : 'failed',
    timedOut: exit.timedOut,
    durationMs: exit.durationMs,
  };
}

function countsAsFailed(check: CheckResult): boolean {
  return !check.passed && check.baseline !== 'failed';
}

function verdictOf(checks: readonly CheckResult[]): VerifyOutcome['verdict'] {
  if (checks.some(countsAsFailed)) return 'failed';
  return checks.some((check) => check.passed) ? 'passed' : 'none';
}
