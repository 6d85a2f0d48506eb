/** `nightloom idea list|show|add|edit|remove|requirement|log` */
import { AppError } from '../../contracts/errors.ts';
import type { IdeaView, ImplementationView } from '../../contracts/idea-routes.ts';
import type { IdeaStatus } from '../../contracts/vocabulary.ts';
import { connect } from '../connect.ts';
import type { Handler } from '../context.ts';
import { operand, outputOptions, printEither } from '../output.ts';
import type { RenderOptions } from '../render/batch.ts';
import { clip, columns, counted, oneLine } from '../render/text.ts';
import { momentText } from '../render/time.ts';
import { resolveProject } from '../repository.ts';
import { changeLines, readText } from '../text-file.ts';

interface Flags {
  readonly json?: boolean;
}

interface ListFlags extends Flags {
  readonly project?: string;
  readonly status?: IdeaStatus;
}

interface WordFlags extends Flags {
  readonly project?: string;
  readonly title?: string;
  readonly name?: string;
  readonly file?: string;
  readonly status?: IdeaStatus;
}

/** On one page; more are for the dashboard. */
const LIMIT = 500;

/** Lists ideas of a project, newest first; `--json`: an array. */
export const listIdeas: Handler<ListFlags> = async (context, flags) => {
  const { client } = await connect(context);
  const project = await resolveProject(context, client, flags.project);
  const only = flags.status === undefined ? {} : { status: flags.status };
  const { items } = await client.call('listIdeas', { query: { project: project.id, limit: LIMIT, ...only } });
  printEither(context, flags.json, items, () =>
    items.length === 0
      ? ['No ideas. Write one down: nightloom idea add "..."']
      : ideaTable(items, outputOptions(context)),
  );
  return 0;
};

/** Prints one. @throws AppError idea_not_found */
export const showIdea: Handler<Flags> = async (context, flags, args) => {
  const { client } = await connect(context);
  const idea = await client.call('getIdea', { params: { id: operand(args, 0) } });
  printEither(context, flags.json, idea, () => [`${ideaLine(idea)}`, ...(idea.text === '' ? [] : ['', idea.text])]);
  return 0;
};

/** Writes one down. */
export const addIdea: Handler<WordFlags> = async (context, flags, args) => {
  const text = flags.file === undefined ? '' : readText(context, flags.file);
  const { client } = await connect(context);
  const { id: projectId } = await resolveProject(context, client, flags.project);
  const idea = await client.call('createIdea', { body: { projectId, title: operand(args, 0), text } });
  printEither(context, flags.json, idea, () => [ideaLine(idea)]);
  return 0;
};

/** Changes its words or its status. @throws AppError idea_not_found, invalid_input */
export const editIdea: Handler<WordFlags> = async (context, flags, args) => {
  const body = {
    ...(flags.title === undefined ? {} : { title: flags.title }),
    ...(flags.file === undefined ? {} : { text: readText(context, flags.file) }),
    ...(flags.status === undefined ? {} : { status: flags.status }),
  };
  if (Object.keys(body).length === 0) throw new AppError('invalid_input', 'Give --title, --file or --status.');
  const { client } = await connect(context);
  const idea = await client.call('editIdea', { params: { id: operand(args, 0) }, body });
  printEither(context, flags.json, idea, () => [ideaLine(idea)]);
  return 0;
};

/** Forgets one. @throws AppError idea_not_found */
export const removeIdea: Handler<Flags> = async (context, flags, args) => {
  const { client } = await connect(context);
  const idea = await client.call('removeIdea', { params: { id: operand(args, 0) } });
  printEither(context, flags.json, idea, () => [`Forgot the idea ${oneLine(idea.title)}.`]);
  return 0;
};

/** Makes a requirement of one. @throws AppError idea_not_found, idea_taken, requirement_exists */
export const makeRequirement: Handler<WordFlags> = async (context, flags, args) => {
  const body = {
    ...(flags.name === undefined ? {} : { name: flags.name }),
    ...(flags.file === undefined ? {} : { text: readText(context, flags.file) }),
  };
  const { client } = await connect(context);
  const answer = await client.call('makeRequirement', { params: { id: operand(args, 0) }, body });
  printEither(context, flags.json, answer, () => changeLines(answer));
  return 0;
};

/** What completed tasks did, newest first; `--json`: an array. */
export const implementationLog: Handler<ListFlags> = async (context, flags) => {
  const { client } = await connect(context);
  const { id } = await resolveProject(context, client, flags.project);
  const { items } = await client.call('implementationLog', { params: { id }, query: { limit: LIMIT } });
  printEither(context, flags.json, items, () =>
    items.length === 0 ? ['Nothing was completed yet.'] : logTable(items, outputOptions(context)),
  );
  return 0;
};

function ideaTable(items: readonly IdeaView[], { nowMs }: RenderOptions): string[] {
  return columns(
    items.map((idea) => [
      idea.id,
      idea.status,
      momentText(idea.implementedAt ?? idea.createdAt, { nowMs }),
      clip(oneLine(idea.title), 70),
      clip(oneLine(idea.requirementName ?? ''), 60),
    ]),
  );
}

function ideaLine({ id, status, title, requirementName }: IdeaView): string {
  const made = requirementName === null ? '' : `, requirement ${oneLine(requirementName)}`;
  return `${id}  ${oneLine(title)} (${status}${made})`;
}

function logTable(items: readonly ImplementationView[], { nowMs }: RenderOptions): string[] {
  return columns(
    items.map((entry) => [
      momentText(entry.at, { nowMs }),
      clip(oneLine(entry.name), 40),
      entry.commit?.slice(0, 10) ?? 'no commit',
      entry.files === null ? '' : counted(entry.files.length, 'file'),
      clip(oneLine(entry.title), 60),
    ]),
  );
}
