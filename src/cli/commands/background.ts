/** `nightloom background start|list|show|apply` */
import { setTimeout as sleep } from 'node:timers/promises';
import { isBackgroundKind } from '../../contracts/background.ts';
import type { BackgroundKind } from '../../contracts/background.ts';
import { AppError } from '../../contracts/errors.ts';
import type { Client } from '../../client/client.ts';
import { isFinalTaskStatus } from '../../contracts/vocabulary.ts';
import { connect } from '../connect.ts';
import type { CliContext, Handler } from '../context.ts';
import { EXIT_TASK_FAILED } from '../../contracts/error-catalogue.ts';
import { operand, outputOptions, printEither } from '../output.ts';
import { backgroundLines, backgroundTable } from '../render/background.ts';
import { oneLine } from '../render/text.ts';
import { resolveProject } from '../repository.ts';
import { requirementName } from '../resolve.ts';
import { changeLines, readText } from '../text-file.ts';

interface Flags {
  readonly json?: boolean;
}

interface StartFlags extends Flags {
  readonly project?: string;
  readonly file?: string;
  readonly focus?: string;
  readonly count?: number;
  readonly another?: boolean;
  readonly wait?: boolean;
}

/** On one page; more are for the dashboard. */
const LIMIT = 500;
const POLL_EVERY_MS = 1000;

/**
 * Starts a task; one of that kind that runs already is named instead.
 * @throws AppError invalid_input, already_queued, nothing_to_do, requirement_not_found
 */
export const startBackground: Handler<StartFlags> = async (context, flags, args) => {
  const [kind = '', ...words] = args;
  if (!isBackgroundKind(kind)) {
    throw new AppError('invalid_input', `${kind} is none of refine, generate and story-edit.`);
  }
  const params = paramsOf(context, kind, words, flags);
  const { client } = await connect(context);
  const { id: projectId } = await resolveProject(context, client, flags.project);
  if (flags.another !== true) await refuseSecond(client, kind, projectId);
  const task = await client.call('createTask', { body: { kind, projectId, params } });
  if (flags.wait === true) {
    context.note(`${task.id} runs; Ctrl-C ends the waiting, not the task.`);
    return await showWhenEnded(context, client, task.id, flags);
  }
  printEither(context, flags.json, task, () => [
    `${task.id}  ${oneLine(task.name)}`,
    `See: nightloom background show ${task.id}`,
  ]);
  return 0;
};

/** Lists background tasks of a project, newest first; `--json`: an array. */
export const listBackground: Handler<Flags & { project?: string; deleted?: boolean }> = async (context, flags) => {
  const { client } = await connect(context);
  const { id: project } = await resolveProject(context, client, flags.project);
  const deleted = flags.deleted === true ? 'true' : 'false';
  const query = { project, deleted, alone: 'true', limit: LIMIT } as const;
  const { items } = await client.call('listTasks', { query });
  const shown = items.filter(({ kind }) => isBackgroundKind(kind));
  printEither(context, flags.json, shown, () =>
    shown.length === 0 ? ['No background tasks.'] : backgroundTable(shown, outputOptions(context)),
  );
  return 0;
};

/** Prints what one answered; exit 1 if it failed. @throws AppError task_not_found */
export const showBackground: Handler<Flags & { text?: boolean }> = async (context, flags, args) => {
  const { client } = await connect(context);
  return await show(context, client, operand(args, 0), flags);
};

/** Applies items. @throws AppError task_not_found, nothing_to_apply, apply_conflict, invalid_input */
export const applyBackground: Handler<Flags & { overwrite?: boolean }> = async (context, flags, args) => {
  const [id = '', ...items] = args;
  const { client } = await connect(context);
  const names = items.map(requirementName);
  const body = { overwrite: flags.overwrite === true, ...(names.length === 0 ? {} : { items: names }) };
  const answer = await client.call('applyTask', { params: { id }, body });
  const { undoToken, message } = answer;
  printEither(context, flags.json, answer, () =>
    undoToken === null ? [oneLine(message)] : changeLines({ message, undoToken }),
  );
  return 0;
};

function paramsOf(
  context: CliContext,
  kind: BackgroundKind,
  words: readonly string[],
  { file, focus, count }: StartFlags,
): Record<string, unknown> {
  const told = (spoken: readonly string[]): string => (file === undefined ? spoken.join(' ') : readText(context, file));
  switch (kind) {
    case 'refine':
      return {
        ...(words.length === 0 ? {} : { requirements: words.map(requirementName) }),
        ...(focus === undefined ? {} : { focus }),
      };
    case 'generate':
      return { description: told(words), ...(count === undefined ? {} : { count }) };
    case 'story-edit': {
      const [story = '', ...change] = words;
      return { storyId: requirementName(story), target: told(change) };
    }
  }
}

async function refuseSecond(client: Client, kind: BackgroundKind, project: string): Promise<void> {
  const { items } = await client.call('listTasks', { query: { project, kind, alone: 'true', limit: LIMIT } });
  const running = items.find(({ status }) => !isFinalTaskStatus(status));
  if (running === undefined) return;
  throw new AppError('already_queued', `${kind} is ${running.status} already: ${running.id}.`, {
    details: { next: `nightloom background show ${running.id}, or start it all the same with --another` },
  });
}

async function showWhenEnded(context: CliContext, client: Client, id: string, flags: Flags): Promise<number> {
  for (;;) {
    const { status } = await client.call('getTask', { params: { id } });
    if (isFinalTaskStatus(status)) return await show(context, client, id, flags);
    await sleep(POLL_EVERY_MS);
  }
}

async function show(
  context: CliContext,
  client: Client,
  id: string,
  flags: Flags & { readonly text?: boolean },
): Promise<number> {
  const task = await client.call('getTask', { params: { id } });
  const hasItems = isBackgroundKind(task.kind) && task.status === 'completed' && task.result !== null;
  const { items } = hasItems ? await client.call('listProposals', { params: { id } }) : { items: [] };
  printEither(context, flags.json, { ...task, items }, () =>
    backgroundLines(task, items, { ...outputOptions(context), text: flags.text === true }),
  );
  return task.status === 'failed' ? EXIT_TASK_FAILED : 0;
}
