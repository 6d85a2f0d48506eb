/** Registering and forgetting projects, and what their requirements are doing. */
import { isAbsolute } from 'node:path';
import { AppError } from '../../contracts/errors.ts';
import type { RequirementView } from '../../contracts/views.ts';
import type { ProjectRow } from '../../store/store.ts';
import type { ApiDeps } from '../deps.ts';
import { toRequirementView } from '../views/small-views.ts';
import { findProject } from './lookup.ts';

/**
 * Registers a repository, or finds it. Registering is the user's act of trust in its project file as it is now.
 * @throws AppError invalid_input (path not absolute), not_a_repository, no_commit
 */
export async function addProject(
  deps: ApiDeps,
  request: { readonly path: string; readonly name?: string | undefined },
): Promise<ProjectRow> {
  if (!isAbsolute(request.path)) {
    const message = 'must be an absolute path on the host';
    throw new AppError('invalid_input', `path ${message}.`, { details: { fields: [{ path: 'path', message }] } });
  }
  const check = await deps.door.checkProject(request.path);
  const project = await deps.store.projects.add({
    id: deps.ids.project(),
    name: request.name ?? check.name,
    path: check.path,
    host: deps.host,
    settings: {},
    trustedSha256: null,
    createdAtMs: deps.clock.now(),
  });
  const trusted = await projectFileSha256(deps, project);
  await deps.store.projects.setTrusted(project.id, trusted);
  return project;
}

/** Forgets a project that no open batch works in. @throws AppError project_not_found, project_busy */
export async function removeProject(deps: ApiDeps, id: string): Promise<ProjectRow> {
  const project = await findProject(deps.store, id);
  const taken = [...(await deps.store.tasks.openRequirements(project.id)).values()];
  if (taken.length > 0) {
    const batches = [...new Set(taken.map((each) => each.batch))];
    throw new AppError('project_busy', `${project.name} has ${taken.length} open tasks.`, { details: { batches } });
  }
  await deps.store.projects.remove(project.id);
  return project;
}

/** Requirement files with what the batches do with them. */
export async function requirementsOf(deps: ApiDeps, project: ProjectRow): Promise<RequirementView[]> {
  const [files, open, done] = await Promise.all([
    deps.door.listRequirements(project.path),
    deps.store.tasks.openRequirements(project.id),
    deps.door.undelivered(project.path),
  ]);
  return files.map((file) => {
    const branch = done.find(({ name, sha256 }) => name === file.name && sha256 === file.sha256)?.branch;
    return toRequirementView(file, open.get(file.name), branch ?? null);
  });
}

/** null when there is no project file, or one with mistakes: it is named when a batch is made. */
async function projectFileSha256(deps: ApiDeps, project: ProjectRow): Promise<string | null> {
  try {
    const overrides = { dashboard: project.settings, flags: {} };
    return (await deps.door.configuration(project.path, overrides)).projectFileSha256;
  } catch (error) {
    if (AppError.is(error, 'invalid_settings')) return null;
    throw error;
  }
}
