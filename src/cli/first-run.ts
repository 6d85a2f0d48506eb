/** What a user is told when a project is registered: registering it is the act of trust for its commands. */
import type { RouteAnswer } from '../contracts/http.ts';
import type { SettingsOverrides } from '../contracts/settings.ts';
import type { ProjectView } from '../contracts/views.ts';
import type { Client } from '../client/client.ts';
import { clip, oneLine } from './render/text.ts';
import { projectAt } from './repository.ts';

type Configuration = RouteAnswer<'projectConfiguration'>;

/** A project, and whether it was registered just now. */
export interface Registration {
  readonly project: ProjectView;
  readonly isNew: boolean;
}

/** Registers the repository at `path` if it is not yet. @throws AppError not_a_repository, no_commit */
export async function registerProject(client: Client, path: string, name?: string): Promise<Registration> {
  const known = await projectAt(client, path);
  const project = await client.call('addProject', { body: name === undefined ? { path } : { path, name } });
  return { project, isNew: known === null };
}

/** Lines about what a newly registered project may do from now on. @throws AppError invalid_settings */
export async function trustLines(client: Client, project: ProjectView, flags: SettingsOverrides): Promise<string[]> {
  const configuration = await client.call('projectConfiguration', { params: { id: project.id }, body: { flags } });
  const head = `Registered ${oneLine(project.name)} (${project.id}): ${project.path}`;
  return [head, ...commandLines(configuration), ...permissionLines(configuration)];
}

/** The commands of the project's own file, which are trusted with it. */
function commandLines({ origins }: Configuration): string[] {
  const commands = origins.flatMap(({ key, value, source }) =>
    source === 'project' && (key === 'verify' || key === 'setup')
      ? commandsOf(value).map((each) => `  ${key}: ${each}`)
      : [],
  );
  return commands.length === 0 ? [] : ['With it these commands of its nightloom.config file are trusted:', ...commands];
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

function commandsOf(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((entry: unknown) => {
    if (typeof entry === 'string') return [clip(oneLine(entry), 160)];
    if (typeof entry !== 'object' || entry === null || !('command' in entry)) return [];
    return typeof entry.command === 'string' ? [clip(oneLine(entry.command), 160)] : [];
  });
}
