/** `nightloom requirement list|show|create|edit|rename|delete|restore` */
import type { ProjectView } from '../../contracts/views.ts';
import type { Client } from '../../client/client.ts';
import { connect } from '../connect.ts';
import type { CliContext, Handler } from '../context.ts';
import { operand, printEither } from '../output.ts';
import { oneLine } from '../render/text.ts';
import { resolveProject } from '../repository.ts';
import { changeLines, readText } from '../text-file.ts';
import { requirementTable } from './project.ts';

interface Flags {
  readonly project?: string;
  readonly json?: boolean;
}

interface TextFlags extends Flags {
  readonly file: string;
  readonly ifMatch?: string;
}

/** Lists the requirements of a project; `--json`: an array. */
export const listRequirements: Handler<Flags> = async (context, flags) => {
  const { client, project } = await place(context, flags);
  const { items } = await client.call('listRequirements', { params: { id: project.id } });
  printEither(context, flags.json, items, () => requirementTable(items));
  return 0;
};

/** Prints the text of one. @throws AppError requirement_not_found, requirement_invalid */
export const showRequirement: Handler<Flags> = async (context, flags, args) => {
  const { client, project } = await place(context, flags);
  const params = { id: project.id, name: operand(args, 0) };
  const requirement = await client.call('readRequirement', { params });
  if (flags.json === true) printEither(context, true, requirement, () => []);
  else context.write(requirement.text);
  return 0;
};

/** Writes a new one. @throws AppError requirement_exists, requirement_name_invalid, requirement_invalid */
export const createRequirement: Handler<TextFlags> = async (context, flags, args) => {
  const text = readText(context, flags.file);
  const { client, project } = await place(context, flags);
  const body = { name: operand(args, 0), text };
  const answer = await client.call('createRequirement', { params: { id: project.id }, body });
  printEither(context, flags.json, answer, () => changeLines(answer));
  return 0;
};

/** Replaces the text of one. @throws AppError requirement_not_found, requirement_changed, requirement_invalid */
export const editRequirement: Handler<TextFlags> = async (context, flags, args) => {
  const text = readText(context, flags.file);
  const { client, project } = await place(context, flags);
  const params = { id: project.id, name: operand(args, 0) };
  const ifMatch = flags.ifMatch ?? '*';
  const answer = await client.call('editRequirement', { params, body: { text }, ifMatch });
  printEither(context, flags.json, answer, () => changeLines(answer));
  return 0;
};

/** Prints what an agent would be told; `--template` tries one that is not saved. @throws AppError requirement_not_found */
export const showPrompt: Handler<Flags & { template?: string }> = async (context, flags, args) => {
  const template = flags.template === undefined ? {} : { template: readText(context, flags.template) };
  const { client, project } = await place(context, flags);
  const body = { requirement: operand(args, 0), ...template };
  const preview = await client.call('tryPrompt', { params: { id: project.id }, body });
  if (flags.json === true) printEither(context, true, preview, () => []);
  else context.write(preview.prompt);
  const unknown = preview.unknownPlaceholders;
  if (unknown.length > 0) context.note(`No placeholders, and left as they are: ${unknown.map(oneLine).join(', ')}.`);
  return 0;
};

/** Gives one another name. @throws AppError already_queued, requirement_not_found, requirement_exists */
export const renameRequirement: Handler<Flags> = async (context, flags, args) => {
  const { client, project } = await place(context, flags);
  const params = { id: project.id, name: operand(args, 0) };
  const answer = await client.call('renameRequirement', { params, body: { to: operand(args, 1) } });
  printEither(context, flags.json, answer, () => changeLines(answer));
  return 0;
};

/** Deletes one. @throws AppError requirement_not_found */
export const deleteRequirement: Handler<Flags> = async (context, flags, args) => {
  const { client, project } = await place(context, flags);
  const params = { id: project.id, name: operand(args, 0) };
  const answer = await client.call('deleteRequirement', { params });
  printEither(context, flags.json, answer, () => changeLines(answer));
  return 0;
};

/** Undoes a change as a whole. @throws AppError change_not_found, undo_refused */
export const restoreRequirement: Handler<Flags> = async (context, flags, args) => {
  const { client, project } = await place(context, flags);
  const body = { undoToken: operand(args, 0) };
  const answer = await client.call('restoreRequirements', { params: { id: project.id }, body });
  printEither(context, flags.json, answer, () => [oneLine(answer.message)]);
  return 0;
};

async function place(context: CliContext, flags: Flags): Promise<{ client: Client; project: ProjectView }> {
  const { client } = await connect(context);
  return { client, project: await resolveProject(context, client, flags.project) };
}
