/** `nightloom doctor`: runs our doctor program and shows what it found. */
import { cwd, execPath } from 'node:process';
import type { DoctorCheck } from '../../contracts/doctor-routes.ts';
import { AppError } from '../../contracts/errors.ts';
import { exec } from '../../platform/exec.ts';
import type { Handler } from '../context.ts';
import { EXIT_NEEDS_USER } from '../exit-codes.ts';
import { outputOptions, printEither } from '../output.ts';
import { programPath } from '../processes.ts';
import { oneLine } from '../render/text.ts';
import type { Style } from '../render/style.ts';

const TIMEOUT_MS = 120_000;

/** Shows every check; exit 6 if one that matters failed. @throws AppError internal when the program itself failed */
export const doctor: Handler<{ json?: boolean }> = async (context, flags) => {
  const result = await exec([execPath, programPath('doctor')], {
    cwd: cwd(),
    env: { ...context.environment.raw, NIGHTLOOM_HOME: context.paths.home },
    timeoutMs: TIMEOUT_MS,
  });
  const checks = parseChecks(result.stdout);
  if (checks === null) {
    throw new AppError('internal', `The doctor itself failed (exit ${result.exitCode ?? 'by signal'}):`, {
      details: { output: result.stderr.trimEnd().split('\n').slice(-15) },
    });
  }
  printEither(context, flags.json, checks, () => doctorLines(checks, outputOptions(context).style));
  return checks.some((check) => !check.ok && check.level === 'error') ? EXIT_NEEDS_USER : 0;
};

/** Lines of a list of checks: mark, name, finding, and the repair below. */
export function doctorLines(checks: readonly DoctorCheck[], style: Style): string[] {
  return checks.flatMap((check) => {
    const mark = check.ok ? style.good('✓') : check.level === 'error' ? style.bad('✗') : style.warn('!');
    const line = `${mark} ${style.strong(oneLine(check.name))}  ${oneLine(check.message)}`;
    return check.ok || check.repair === null ? [line] : [line, `    Next: ${style.command(check.repair)}`];
  });
}

/** The checks in `text`; null if it is no list of checks. */
export function parseChecks(text: string): DoctorCheck[] | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return null;
  }
  if (!Array.isArray(parsed)) return null;
  const checks = parsed.flatMap(checkOf);
  return checks.length === parsed.length ? checks : null;
}

function checkOf(value: unknown): DoctorCheck[] {
  if (typeof value !== 'object' || value === null) return [];
  const name = 'name' in value && typeof value.name === 'string' ? value.name : null;
  const ok = 'ok' in value && typeof value.ok === 'boolean' ? value.ok : null;
  if (name === null || ok === null) return [];
  const said = 'level' in value ? value.level : null;
  const level = said === 'error' || said === 'warning' || said === 'info' ? said : ok ? 'info' : 'error';
  const message = 'message' in value && typeof value.message === 'string' ? value.message : '';
  const repair = 'repair' in value && typeof value.repair === 'string' ? value.repair : null;
  return [{ name, ok, level, message, repair }];
}
