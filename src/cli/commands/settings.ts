/** `nightloom settings [set]` */
import { AppError } from '../../contracts/errors.ts';
import type { InstallationSettings, SettingsChange } from '../../contracts/installation-settings.ts';
import { connect } from '../connect.ts';
import type { Handler } from '../context.ts';
import { operand, printEither } from '../output.ts';
import { columns } from '../render/text.ts';

/** By the name that people type: how a new value is asked for. */
const CHANGES: Readonly<Record<string, (value: number) => SettingsChange>> = {
  lanes: (lanes) => ({ lanes }),
  background: (background) => ({ background }),
  'retention.runsDays': (runsDays) => ({ retention: { runsDays } }),
  'retention.inboxDays': (inboxDays) => ({ retention: { inboxDays } }),
  'retention.auditDays': (auditDays) => ({ retention: { auditDays } }),
};

/** Shows them; `--json`: as the API has them. */
export const showSettings: Handler<{ json?: boolean }> = async (context, flags) => {
  const { client } = await connect(context);
  const settings = await client.call('installationSettings');
  printEither(context, flags.json, settings, () => lines(settings));
  return 0;
};

/** Changes one. @throws AppError invalid_input for a name that there is not, and what is no number */
export const setSetting: Handler<{ json?: boolean }> = async (context, flags, args) => {
  const [key, text] = [operand(args, 0), operand(args, 1)];
  const change = Object.hasOwn(CHANGES, key) ? CHANGES[key] : undefined;
  if (change === undefined || !/^\d{1,6}$/.test(text)) {
    const fact = change === undefined ? `There is no setting ${key}.` : `${key} is a whole number, not ${text}.`;
    throw new AppError('invalid_input', fact, { details: { next: `Names: ${Object.keys(CHANGES).join(', ')}.` } });
  }
  const { client } = await connect(context);
  const settings = await client.call('changeInstallationSettings', { body: change(Number(text)) });
  printEither(context, flags.json, settings, () => lines(settings));
  return 0;
};

function lines({ lanes, background, retention }: InstallationSettings): string[] {
  return columns([
    ['lanes', countText(lanes), 'batches that work at once'],
    ['background', countText(background), 'tasks by themselves that work at once'],
    ['retention.runsDays', `${retention.runsDays}`, 'days that runs of batches that are over are kept'],
    ['retention.inboxDays', `${retention.inboxDays}`, 'days that dismissed entries of the inbox are kept'],
    ['retention.auditDays', `${retention.auditDays}`, 'days that the audit is kept'],
  ]);
}

function countText(count: number | null): string {
  return count === null ? 'unknown (Temporal does not answer)' : `${count}`;
}
