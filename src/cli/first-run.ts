/** What a user is told when a project is registered: registering it is the act of trust for its commands. */
import type { RouteAnswer } from '../contracts/http.ts';
import type { SettingsOverrides } from '../contracts/settings.ts';
import type { RegisteredProject } from '../contracts/views.ts';
import type { Client } from '../client/client.ts';
import type { CliContext } from './context.ts';
import { confirmed } from './output.ts';
import { clip, oneLine } from './render/text.ts';
import { projectAt } from './repository.ts';

type Configuration = RouteAnswer<'projectConfiguration'>;

/** A project, and whether it was registered just now. */
export interface Registration {
  readonly project: RegisteredProject;
  readonly isNew: boolean;
}

/**
 * Registers the repository at `path` if it is not yet. What changed in the project file of a known one is not trusted by
 * this: {@link trustChanges} shows it first.
 * @throws AppError not_a_repository, no_commit
 */
export async function registerProject(client: Client, path: string, name?: string): Promise<Registration> {
  const known = await projectAt(client, path);
  const body = { path, trust: false, ...(name === undefined ? {} : { name }) };
  return { project: await client.call('addProject', { body }), isNew: known === null };
}

/** True for a project whose file is another one than the user trusted. */
export function isUntrusted({ trust }: RegisteredProject): boolean {
  return trust.changed && !trust.trusted;
}

/** What is to be said of it. */
export function changedText({ name }: RegisteredProject): string {
  return `The nightloom.config file of ${oneLine(name)} changed since you trusted it.`;
}

/**
 * Shows the commands of a project file that changed, asks on a terminal (unless `yes`), and trusts it. False: the user
 * does not want it, and nothing was trusted.
 */
export async function trustChanges(
  context: CliContext,
  client: Client,
  project: RegisteredProject,
  yes: boolean,
): Promise<boolean> {
  if (!isUntrusted(project)) return true;
  context.note([changedText(project), ...commandLines(project)].join('\n'));
  if (!yes && context.interactive && !(await confirmed('Trust it as it is now?'))) return false;
  await client.call('addProject', { body: { path: project.path, trust: true } });
  return true;
}

/** Lines about what a newly registered project may do from now on. @throws AppError invalid_settings */
export async function trustLines(
  client: Client,
  project: RegisteredProject,
  flags: SettingsOverrides,
): Promise<string[]> {
  const configuration = await client.call('projectConfiguration', { params: { id: project.id }, body: { flags } });
  const head = `Registered ${oneLine(project.name)} (${project.id}): ${project.path}`;
  return [head, ...commandLines(project), ...permissionLines(configuration)];
}

/** The commands of the project's own file, which are trusted with it. */
export function commandLines({ trust }: RegisteredProject): string[] {
  if (trust.commands.length === 0) return [];
  return [
    'With it these commands of its nightloom.config file are trusted:',
    ...trust.commands.map((each) => `  ${clip(oneLine(each), 160)}`),
  ];
}

/** What Claude Code may not do in its default mode, and how to allow it. */
function permissionLines({ settings }: Configuration): string[] {
  const { agent } = settings;
  if (typeof agent !== 'object' || agent === null || !('name' in agent) || !('permissionMode' in agent)) return [];
  if (agent.name !== 'claude' || agent.permissionMode !== 'acceptEdits') return [];
  return [
    'Claude may edit files and run the verification commands; other commands that would ask are denied and listed in',
    'the report. Allow more with `agent.allowedTools` or --allow; --permission-mode bypassPermissions allows everything.',
  ];
}
