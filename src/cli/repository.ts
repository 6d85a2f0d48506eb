/** The repository and the project that a command means. */
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { AppError } from '../contracts/errors.ts';
import { isId } from '../contracts/ids.ts';
import type { ProjectView } from '../contracts/views.ts';
import type { CliContext } from './context.ts';
import type { Client } from '../client/client.ts';

/** Real path of the working tree around `directory` (the nearest folder with `.git`); null outside of one. */
function findRepository(directory: string): string | null {
  let folder: string;
  try {
    folder = realpathSync(directory);
  } catch {
    return null;
  }
  while (!existsSync(join(folder, '.git'))) {
    const parent = dirname(folder);
    if (parent === folder) return null;
    folder = parent;
  }
  return folder;
}

/**
 * Working tree of `--project`, else of the current directory.
 * @throws AppError not_a_repository
 */
export function requireRepository(context: CliContext, directory: string | undefined): string {
  const start = resolve(context.cwd, directory ?? '.');
  const found = findRepository(start);
  if (found !== null) return found;
  throw new AppError('not_a_repository', `${start} is not inside a git repository.`, { details: { path: start } });
}

/** The registered project of a working tree; null if it is not registered. */
export async function projectAt(client: Client, repository: string): Promise<ProjectView | null> {
  const { items } = await client.call('listProjects');
  return items.find((project) => project.path === repository) ?? null;
}

/** The project around the current directory; null outside of a registered one. */
export async function currentProject(context: CliContext, client: Client): Promise<ProjectView | null> {
  const repository = findRepository(context.cwd);
  return repository === null ? null : projectAt(client, repository);
}

/**
 * A project by id, name or folder; without `wanted` the one around the current directory.
 * @throws AppError project_not_found, ambiguous_name, not_a_repository
 */
export async function resolveProject(
  context: CliContext,
  client: Client,
  wanted: string | undefined,
): Promise<ProjectView> {
  const { items } = await client.call('listProjects');
  if (wanted !== undefined) {
    if (isId('project', wanted)) return client.call('getProject', { params: { id: wanted } });
    const named = items.filter((project) => project.name === wanted);
    const [only] = named;
    if (only !== undefined && named.length === 1) return only;
    if (named.length > 1) throw ambiguousProject(wanted, named);
  }
  const repository = findRepository(resolve(context.cwd, wanted ?? '.'));
  if (repository === null && wanted === undefined) requireRepository(context, undefined);
  const found = items.find((project) => project.path === repository);
  if (found !== undefined) return found;
  throw new AppError('project_not_found', `${wanted ?? repository ?? context.cwd} is not a registered project.`, {
    details: { next: '`nightloom project add`, or see `nightloom project list`.' },
  });
}

function ambiguousProject(name: string, projects: readonly ProjectView[]): AppError {
  return new AppError('ambiguous_name', `${projects.length} projects are called ${name}:`, {
    details: { candidates: projects.map((project) => ({ id: project.id, path: project.path })) },
  });
}
