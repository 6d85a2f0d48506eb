/** The check before a start: prints remarks, refuses with the repairs. */
import { AppError, ERRORS, isErrorCode } from '../contracts/errors.ts';
import type { SettingsOverrides } from '../contracts/settings.ts';
import type { PreflightView, ProjectView } from '../contracts/views.ts';
import type { CliContext } from './context.ts';
import type { Client } from '../client/client.ts';
import { oneLine } from './render/text.ts';

type Finding = PreflightView['findings'][number];

/**
 * Asks what the night needs and prints warnings and remarks.
 * @throws AppError with the code of the first finding that forbids a start; its details list all of them
 */
export async function checkBeforeStart(
  context: CliContext,
  client: Client,
  project: ProjectView,
  flags: SettingsOverrides,
): Promise<void> {
  const { findings } = await client.call('preflight', { params: { id: project.id }, body: { flags } });
  for (const finding of findings.filter((each) => each.level !== 'error')) {
    const mark = finding.level === 'warning' ? context.err.warn('!') : context.err.dim('i');
    context.note(`${mark} ${remark(finding)}`);
  }
  const errors = findings.filter((each) => each.level === 'error');
  if (errors.length > 0) throw refusal(errors);
}

/** The error for findings that forbid a start. Whatever their codes: the environment is not ready (exit 6). */
export function refusal(errors: readonly Finding[]): AppError {
  const known = errors.map((each) => each.code).filter(isErrorCode);
  const code = known.find((each) => ERRORS[each].category === 'environment') ?? 'workspace_broken';
  const repairs = errors.flatMap((each) => each.repair ?? []);
  const fact = errors.length === 1 ? 'Something is missing' : `${errors.length} things are missing`;
  return new AppError(code, `Not started: ${fact}.`, {
    details: {
      findings: errors.map(({ code: name, message, repair }) => ({
        message: oneLine(message),
        code: `(${name})`,
        repair,
      })),
      next: repairs.length === 0 ? ERRORS[code].hint : repairs.join('; then '),
    },
  });
}

function remark(finding: Finding): string {
  const repair = finding.repair === null ? '' : ` (${finding.repair})`;
  return oneLine(finding.message) + repair;
}
