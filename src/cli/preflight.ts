/** The check before a start: prints remarks, refuses with the repairs. */
import { ERRORS, isErrorCode } from '../contracts/error-catalogue.ts';
import { AppError } from '../contracts/errors.ts';
import type { SettingsOverrides } from '../contracts/settings.ts';
import type { PreflightView, ProjectView } from '../contracts/views.ts';
import type { CliContext } from './context.ts';
import type { Client } from '../client/client.ts';
import { oneLine } from './render/text.ts';

type Finding = PreflightView['findings'][number];

/** Asks what the night needs, prints warnings and remarks, and gives the refusal if something forbids a start. */
export async function checkBeforeStart(
  context: CliContext,
  client: Client,
  project: ProjectView,
  flags: SettingsOverrides,
): Promise<AppError | null> {
  const { findings } = await client.call('preflight', { params: { id: project.id }, body: { flags } });
  for (const finding of findings.filter((each) => each.level !== 'error')) {
    const mark = finding.level === 'warning' ? context.err.warn('!') : context.err.dim('i');
    context.note(`${mark} ${remark(finding)}`);
  }
  return refusal(findings.filter((each) => each.level === 'error'));
}

/** The error for findings that forbid a start, with the code of the first; null without any. */
function refusal(errors: readonly Finding[]): AppError | null {
  const [first] = errors;
  if (first === undefined) return null;
  const code = isErrorCode(first.code) ? first.code : 'workspace_broken';
  if (errors.length === 1) {
    return new AppError(code, `Not started: ${oneLine(first.message)}`, {
      details: { next: first.repair ?? ERRORS[code].hint },
    });
  }
  return new AppError(code, `Not started: ${errors.length} things are missing.`, {
    details: {
      findings: errors.map((each) => (each.repair === null ? oneLine(each.message) : remark(each))),
      next: 'Repair these, then type the same again.',
    },
  });
}

function remark(finding: Finding): string {
  const repair = finding.repair === null ? '' : ` (${finding.repair})`;
  return oneLine(finding.message) + repair;
}
