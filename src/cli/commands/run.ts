/** `nightloom run`: from requirement files to a watched batch and its report. */
import { AppError } from '../../contracts/errors.ts';
import type { SettingsOverrides } from '../../contracts/settings.ts';
import type { BatchView, RequirementView } from '../../contracts/views.ts';
import { connectOrStart } from '../connect.ts';
import type { Connection } from '../connect.ts';
import type { CliContext, Handler } from '../context.ts';
import { credentialWarnings } from '../credentials.ts';
import { EXIT_INTERRUPTED, EXIT_NEEDS_USER, exitCodeOf, exitCodeOfBatch } from '../exit-codes.ts';
import { confirmed, newCommandId, printError, printJson } from '../output.ts';
import { registerProject, trustChanges, trustLines } from '../first-run.ts';
import { checkBeforeStart } from '../preflight.ts';
import { reportLines } from '../render/report.ts';
import { clip, counted, oneLine } from '../render/text.ts';
import { requireRepository } from '../repository.ts';
import { selectRequirements, tasksFor, unusableRequirements } from '../requirements.ts';
import type { NewTask } from '../requirements.ts';
import type { NeedFlags } from '../needs.ts';
import { settingsFromFlags } from '../settings-flags.ts';
import type { SettingsFlags } from '../settings-flags.ts';
import { startsWithMachine } from './service.ts';
import { watchBatch } from '../watch/watch-batch.ts';

const LISTED = 30;

/** Flags of `run`. */
interface RunFlags extends SettingsFlags, NeedFlags {
  readonly project?: string;
  readonly name?: string;
  readonly again?: boolean;
  readonly detach?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** Makes, starts and watches a batch. Exit 1 if some task failed, 6 if it needs the user, 130 after Ctrl-C. */
export const run: Handler<RunFlags> = async (context, flags, names) => {
  const overrides = settingsFromFlags(flags, context.cwd);
  const path = requireRepository(context, flags.project);
  const connection = await connectOrStart(context);
  const { client } = connection;
  const { project, isNew } = await registerProject(client, path);
  if (isNew) context.note((await trustLines(client, project, overrides)).join('\n'));
  if (!(await trustChanges(context, client, project, flags.yes === true))) return nothingStarted(context);
  const again = flags.again === true;
  const requirements = await selectRequirements(client, { names, project, again });
  const unusable = names.length === 0 ? await unusableRequirements(client, project) : [];
  for (const remark of unusable) context.note(`${context.err.warn('!')} ${remark}`);
  for (const warning of credentialWarnings(context.environment.raw, connection.record)) {
    context.note(`${context.err.warn('!')} ${warning}`);
  }
  const refused = await checkBeforeStart(context, client, project, overrides);
  if (refused !== null) {
    printError(context, refused, flags.json);
    return exitCodeOf(refused);
  }
  if (!(await agreed(context, flags, names, requirements))) return nothingStarted(context);
  const batch = await startBatch(connection, {
    tasks: tasksFor(project, requirements, flags),
    overrides,
    again,
    name: flags.name,
  });
  context.note(
    `Batch ${context.err.strong(oneLine(batch.name))} (${batch.id}) started: ${counted(requirements.length, 'task')}.`,
  );
  if (connection.record !== null && !(await startsWithMachine(context))) {
    context.note('After a reboot it goes on with `nightloom up`, or by itself after `nightloom service install`.');
  }
  return flags.detach === true
    ? detached(context, connection, batch, flags)
    : watched(context, connection, batch, flags);
};

function nothingStarted(context: CliContext): number {
  context.note('Nothing was started.');
  return EXIT_INTERRUPTED;
}

/** On a terminal a list that nobody named is shown and confirmed. */
async function agreed(
  context: CliContext,
  flags: RunFlags,
  names: readonly string[],
  requirements: readonly RequirementView[],
): Promise<boolean> {
  if (names.length === 0) {
    context.note(`To run (${requirements.length}):`);
    for (const each of requirements.slice(0, LISTED)) {
      context.note(`  ${oneLine(each.name)}  ${context.err.dim(clip(oneLine(each.title), 60))}`);
    }
    if (requirements.length > LISTED) context.note(`  … and ${requirements.length - LISTED} more`);
  }
  if (names.length > 0 || flags.yes === true || !context.interactive) return true;
  return confirmed(`Run ${counted(requirements.length, 'task')} now?`);
}

interface WantedBatch {
  readonly tasks: readonly NewTask[];
  readonly overrides: SettingsOverrides;
  readonly again: boolean;
  readonly name: string | undefined;
}

async function startBatch({ client }: Connection, request: WantedBatch): Promise<BatchView> {
  const batch = await client.call('createBatch', {
    body: {
      tasks: [...request.tasks],
      flags: request.overrides,
      again: request.again,
      ...(request.name === undefined ? {} : { name: request.name }),
    },
  });
  await client.call('startBatch', { params: { id: batch.id }, body: { commandId: newCommandId() } });
  return batch;
}

async function detached(
  context: CliContext,
  { client }: Connection,
  batch: BatchView,
  flags: RunFlags,
): Promise<number> {
  if (flags.json === true) printJson(context, await client.call('getBatch', { params: { id: batch.id } }));
  else context.print(`See it: nightloom batch show ${batch.id}\nReport: nightloom report ${batch.id}`);
  return 0;
}

async function watched(
  context: CliContext,
  { client }: Connection,
  batch: BatchView,
  flags: RunFlags,
): Promise<number> {
  const end = await watchBatch(context, client, batch.id);
  if (end.why === 'interrupted') {
    context.note(
      [
        'Stopped watching; the batch goes on.',
        `See it: nightloom batch show ${batch.id}`,
        `Stop it: nightloom batch pause ${batch.id}`,
      ].join('\n'),
    );
  }
  const found = await finalView(client, batch.id, end.batch);
  if (flags.json === true) printJson(context, found);
  if (end.why === 'interrupted') return EXIT_INTERRUPTED;
  if (flags.json !== true) {
    const report = await client.call('report', { query: { batch: batch.id } });
    context.print(['', ...reportLines(report, { style: context.out, nowMs: Date.now() })].join('\n'));
  }
  if (end.why === 'needs-user') {
    context.note(`The batch needs you${found.hold === null ? ': it is paused' : `: ${found.hold.message}`}.`);
    context.note(`Next: nightloom batch resume ${batch.id}`);
    return EXIT_NEEDS_USER;
  }
  return exitCodeOfBatch(found);
}

async function finalView(client: Connection['client'], id: string, last: BatchView | null): Promise<BatchView> {
  try {
    return await client.call('getBatch', { params: { id } });
  } catch (error) {
    if (last !== null && AppError.is(error, 'stack_unreachable')) return last;
    throw error;
  }
}
