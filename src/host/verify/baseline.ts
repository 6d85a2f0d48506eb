/** How the verification commands end before anybody has worked: what is red then does not count against a task. */
import { z } from 'zod';
import { AppError } from '../../contracts/errors.ts';
import type { CommandSetting } from '../../contracts/settings.ts';
import type { Masker } from '../../platform/masking.ts';
import { readJson, writeJson } from '../runs/run-directory.ts';
import { readTail } from './output-tail.ts';
import type { RunPlace } from './run-place.ts';
import { runShell } from './shell-run.ts';

const BaselineSchema = z.object({
  v: z.literal(1),
  checks: z.array(
    z.object({
      command: z.string(),
      passed: z.boolean(),
      exitCode: z.int().nullable(),
      timedOut: z.boolean(),
      durationMs: z.number(),
    }),
  ),
});

/** The baseline of a workspace; empty where none was taken. */
export type Baseline = z.infer<typeof BaselineSchema>['checks'];

/** What taking it needs. */
export interface BaselineRequest {
  readonly place: RunPlace;
  /** `baselineFile` of the workspace. */
  readonly file: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly commands: readonly CommandSetting[];
  readonly masker: Masker;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs every command once in the untouched workspace; later calls read the file. What the commands left in the tree is
 * the caller's to clean.
 * @throws AppError verify_command_missing when the shell did not find a command (exit 126, 127); nothing is kept of
 * that one, so that the next call tries it again
 */
export async function takeBaseline(request: BaselineRequest): Promise<Baseline> {
  const kept = readBaseline(request.file);
  if (kept !== null) return kept;
  const checks: Baseline = [];
  for (const [index, { command, timeoutMs }] of request.commands.entries()) {
    const { place, cwd, env, signal } = request;
    const step = baselineStep(index);
    const { exit, directory } = await runShell({
      place,
      step,
      command,
      cwd,
      env,
      timeoutMs,
      signal,
      repeat: isMissing,
    });
    if (isMissing(exit)) throw await missing(command, directory, request.masker);
    const passed = exit.code === 0 && !exit.timedOut;
    const exitCode = exit.timedOut ? null : exit.code;
    checks.push({ command, passed, exitCode, timedOut: exit.timedOut, durationMs: exit.durationMs });
  }
  writeJson(request.file, { v: 1, checks });
  return checks;
}

/** Step of the command at `index` (from 0). */
export function baselineStep(index: number): string {
  return `baseline-${index}`;
}

/** The baseline kept in `file`; null when none was taken or the file is damaged. */
export function readBaseline(file: string): Baseline | null {
  const parsed = BaselineSchema.safeParse(readJson(file));
  return parsed.success ? parsed.data.checks : null;
}

/** Commands that were red before anything was done. */
export function redCommands(baseline: Baseline): string[] {
  return baseline.filter((check) => !check.passed).map((check) => check.command);
}

function isMissing(exit: { readonly code: number | null; readonly timedOut: boolean }): boolean {
  return !exit.timedOut && (exit.code === 127 || exit.code === 126);
}

async function missing(command: string, directory: string, masker: Masker): Promise<AppError> {
  const tail = await readTail(directory, masker);
  const said = tail.trim() === '' ? '.' : `: ${tail.trim().slice(-300)}`;
  // The summary of the code goes before it where a hold says why.
  return new AppError('verify_command_missing', `The shell does not know \`${command}\`${said}`, {
    details: { command, outputTail: tail },
  });
}
