/** `nightloom task run`: one task of any kind by itself, watched to its end. */
import { AppError } from '../../contracts/errors.ts';
import { toKind, traitsOf } from '../../contracts/kinds.ts';
import { kindDetails } from '../../contracts/task-routes.ts';
import type { SettingsOverrides } from '../../contracts/settings.ts';
import { TaskViewSchema } from '../../contracts/views.ts';
import type { ProjectView, TaskDetail } from '../../contracts/views.ts';
import type { Client } from '../../client/client.ts';
import { connectOrStart } from '../connect.ts';
import type { CliContext, Handler } from '../context.ts';
import { EXIT_INTERRUPTED, EXIT_NEEDS_USER, exitCodeOf, exitCodeOfTask } from '../exit-codes.ts';
import { registerProject, trustChanges, trustLines } from '../first-run.ts';
import { outputOptions, printError, printJson } from '../output.ts';
import { checkBeforeStart } from '../preflight.ts';
import { taskLine } from '../render/batch.ts';
import { oneLine, stripControls } from '../render/text.ts';
import { requireRepository } from '../repository.ts';
import { settingsFromFlags } from '../settings-flags.ts';
import type { SettingsFlags } from '../settings-flags.ts';
import { watchBatch } from '../watch/watch-batch.ts';

/** One task as the batch object shows it, and what it left. */
const TaskResultSchema = TaskViewSchema.extend({ result: kindDetails.result });

/** Flags of `task run`. */
interface TaskRunFlags extends SettingsFlags {
  readonly kind: string;
  readonly params?: string;
  readonly project?: string;
  readonly name?: string;
  readonly again?: boolean;
  readonly detach?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** Runs one task by itself. Exit 1 if it failed, 6 if it needs the user, 130 after Ctrl-C or when it was cancelled. */
export const runTask: Handler<TaskRunFlags> = async (context, flags) => {
  const overrides = settingsFromFlags(flags, context.cwd);
  const params = paramsOf(flags.params);
  const path = requireRepository(context, flags.project);
  const { client } = await connectOrStart(context);
  const { project, isNew } = await registerProject(client, path);
  if (isNew) context.note((await trustLines(client, project, overrides)).join('\n'));
  if (!(await trustChanges(context, client, project, flags.yes === true))) {
    context.note('Nothing was started.');
    return EXIT_INTERRUPTED;
  }
  const refused = await refusalOf(context, client, { project, overrides, kind: flags.kind });
  if (refused !== null) {
    printError(context, refused, flags.json);
    return exitCodeOf(refused);
  }
  const task = await client.call('runTask', {
    body: {
      projectId: project.id,
      kind: flags.kind,
      params,
      flags: overrides,
      again: flags.again === true,
      ...(flags.name === undefined ? {} : { name: flags.name }),
    },
  });
  context.note(`Task ${context.err.strong(oneLine(task.name))} (${task.id}) queued.`);
  if (flags.detach !== true) return await watched(context, client, task, flags.json);
  if (flags.json === true) printJson(context, TaskResultSchema.parse(task));
  else context.print(`See it: nightloom task show ${task.id}`);
  return 0;
};

/** @throws AppError invalid_input */
function paramsOf(text: string | undefined): Record<string, unknown> {
  if (text === undefined) return {};
  const parsed = parseJson(text);
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return { ...parsed };
  throw wrongParams(`it is ${Array.isArray(parsed) ? 'an array' : JSON.stringify(parsed)}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw wrongParams(cause instanceof Error ? cause.message : String(cause));
  }
}

function wrongParams(why: string): AppError {
  const message = `must be one JSON object: ${why}`;
  return new AppError('invalid_input', `--params ${message}.`, {
    details: {
      fields: [{ path: 'params', message }],
      next: 'nightloom task run --kind K --params \'{"name": "value"}\'',
    },
  });
}

/** Only what an agent works on needs the agent. */
async function refusalOf(
  context: CliContext,
  client: Client,
  { project, overrides, kind }: { project: ProjectView; overrides: SettingsOverrides; kind: string },
): Promise<AppError | null> {
  const known = toKind(kind);
  if (known === null || traitsOf(known).runs !== 'agent') return null;
  return await checkBeforeStart(context, client, project, overrides);
}

async function watched(
  context: CliContext,
  client: Client,
  { id, batchId }: TaskDetail,
  json: boolean | undefined,
): Promise<number> {
  const end = await watchBatch(context, client, batchId);
  const task = await client.call('getTask', { params: { id } });
  if (json === true) printJson(context, TaskResultSchema.parse(task));
  if (end.why === 'interrupted') {
    context.note(
      `Stopped watching; the task goes on.\nSee it: nightloom task show ${id}\nStop it: nightloom task cancel ${id}`,
    );
    return EXIT_INTERRUPTED;
  }
  if (json !== true) context.print(resultLines(context, task).join('\n'));
  if (end.why !== 'needs-user') return exitCodeOfTask(task);
  const { hold } = end.batch ?? { hold: null };
  context.note(`The task needs you${hold === null ? '' : `: ${hold.message}`}.`);
  context.note(`Next: nightloom batch resume ${batchId}`);
  return EXIT_NEEDS_USER;
}

function resultLines(context: CliContext, task: TaskDetail): string[] {
  const { result } = task;
  const line = taskLine(task, outputOptions(context));
  if (result === null || result === undefined) return [line];
  const text: unknown = typeof result === 'object' ? Reflect.get(result, 'text') : null;
  return [line, '', stripControls(typeof text === 'string' ? text : JSON.stringify(result, null, 2))];
}
