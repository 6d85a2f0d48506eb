/** `nightloom project add|trust|list|show|remove` */
import { resolve } from 'node:path';
import type { ProjectView, RequirementView } from '../../contracts/views.ts';
import { connect, connectOrStart } from '../connect.ts';
import type { CliContext, Handler } from '../context.ts';
import { EXIT_INTERRUPTED } from '../exit-codes.ts';
import { commandLines, registerProject, trustChanges, trustLines } from '../first-run.ts';
import { operand, outputOptions, printEither, printJson } from '../output.ts';
import { columns, clip, counted, oneLine } from '../render/text.ts';
import { bytesText, momentText } from '../render/time.ts';
import { requireRepository, resolveProject } from '../repository.ts';

interface AddFlags {
  readonly name?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** Registers a repository; again: the same project. @throws AppError not_a_repository, no_commit */
export const addProject: Handler<AddFlags> = async (context, flags, args) => {
  const path = requireRepository(context, args[0] === undefined ? undefined : resolve(context.cwd, args[0]));
  const { client } = await connectOrStart(context);
  const { project } = await registerProject(client, path, flags.name);
  if (!(await trustChanges(context, client, project, flags.yes === true))) return notTrusted(context);
  const lines = flags.json === true ? [] : await trustLines(client, project, {});
  printEither(context, flags.json, project, () => lines);
  return 0;
};

/** Trusts the project file of a registered project as it is now. @throws AppError invalid_settings */
export const trustProject: Handler<AddFlags> = async (context, flags, args) => {
  const { client } = await connect(context);
  const { path } = await resolveProject(context, client, args[0]);
  const { project } = await registerProject(client, path);
  if (!(await trustChanges(context, client, project, flags.yes === true))) return notTrusted(context);
  // A file with mistakes cannot be trusted: they are named.
  await client.call('projectConfiguration', { params: { id: project.id }, body: {} });
  printEither(context, flags.json, { ...project, trust: { ...project.trust, trusted: true } }, () => [
    `The nightloom.config file of ${oneLine(project.name)} is trusted as it is now.`,
    ...commandLines(project),
    ...(project.trust.changed ? ['Batches that wait for it go on with `nightloom batch resume`.'] : []),
  ]);
  return 0;
};

function notTrusted(context: CliContext): number {
  context.note('Nothing was trusted.');
  return EXIT_INTERRUPTED;
}

/** Lists the projects; `--json`: an array. */
export const listProjects: Handler<{ json?: boolean }> = async (context, flags) => {
  const { client } = await connect(context);
  const { items } = await client.call('listProjects');
  printEither(context, flags.json, items, () => projectTable(items));
  return 0;
};

/** Shows a project and its requirements. */
export const showProject: Handler<{ json?: boolean }> = async (context, flags, args) => {
  const { client } = await connect(context);
  const project = await resolveProject(context, client, args[0]);
  const { items } = await client.call('listRequirements', { params: { id: project.id } });
  if (flags.json === true) {
    printJson(context, { ...project, requirements: items });
    return 0;
  }
  const { style, nowMs } = outputOptions(context);
  const since = momentText(project.createdAt, { nowMs });
  const lines = [
    `${style.strong(oneLine(project.name))}  ${style.dim(project.id)}`,
    project.path,
    `Registered ${since}`,
  ];
  context.print([...lines, '', ...requirementTable(items)].join('\n'));
  return 0;
};

/** Forgets a project. @throws AppError project_busy while it has open batches */
export const removeProject: Handler<{ json?: boolean }> = async (context, flags, args) => {
  const { client } = await connect(context);
  const { id } = await resolveProject(context, client, operand(args, 0));
  const project = await client.call('removeProject', { params: { id } });
  printEither(context, flags.json, project, () => [
    `Removed ${oneLine(project.name)}; nothing in ${project.path} was changed.`,
  ]);
  return 0;
};

function projectTable(projects: readonly ProjectView[]): string[] {
  if (projects.length === 0) return ['No projects. `nightloom project add` registers one.'];
  return columns([
    ['ID', 'NAME', 'PATH'],
    ...projects.map(({ id, name, path }) => [id, clip(oneLine(name), 40), path]),
  ]);
}

/** Requirements with what is known about each. */
export function requirementTable(requirements: readonly RequirementView[]): string[] {
  if (requirements.length === 0) return ['No requirements in .claude/commands.'];
  const rows = requirements.map((each) => [
    clip(oneLine(each.name), 44),
    requirementState(each),
    bytesText(each.bytes),
    clip(oneLine(each.title), 60),
  ]);
  return [...columns(rows), counted(requirements.length, 'requirement')];
}

function requirementState(requirement: RequirementView): string {
  if (requirement.problem !== null) return `unusable: ${oneLine(requirement.problem)}`;
  if (requirement.slashCommandReason !== null) return `slash command (${oneLine(requirement.slashCommandReason)})`;
  if (requirement.undelivered !== null) return `completed, not delivered (${requirement.undelivered})`;
  return requirement.batchId === null ? 'not queued' : `${requirement.status} in ${requirement.batchId}`;
}
