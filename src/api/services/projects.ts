/** Registering and forgetting projects, and what their requirements are doing. */
import { isAbsolute } from 'node:path';
import { AppError } from '../../contracts/errors.ts';
import type { RegisteredProject, RequirementView } from '../../contracts/views.ts';
import type { ProjectRow } from '../../store/store.ts';
import type { ApiDeps } from '../deps.ts';
import { toRequirementView } from '../views/small-views.ts';
import { trustedCommands } from '../views/trusted-commands.ts';
import { findProject } from './lookup.ts';

/** A registered project, and what became of the trust in its project file. */
export interface Registration {
  readonly project: ProjectRow;
  readonly trust: RegisteredProject['trust'];
}

/**
 * Registers a repository, or finds it. Registering is the user's act of trust in its project file as it is now; a file
 * that changed since is trusted again only if `trust` says so.
 * @throws AppError invalid_input (path not absolute), not_a_repository, no_commit
 */
export async function addProject(
  deps: ApiDeps,
  request: { readonly path: string; readonly name?: string | undefined; readonly trust: boolean },
): Promise<Registration> {
  if (!isAbsolute(request.path)) {
    const message = 'must be an absolute path on the host';
    throw new AppError('invalid_input', `path ${message}.`, { details: { fields: [{ path: 'path', message }] } });
  }
  const check = await deps.door.checkProject(request.path);
  const id = deps.ids.project();
  const project = await deps.store.projects.add({
    id,
    name: request.name ?? check.name,
    path: check.path,
    host: deps.host,
    settings: {},
    trustedSha256: null,
    createdAtMs: deps.clock.now(),
  });
  const file = await projectFile(deps, project);
  if (file === null) return { project, trust: { trusted: false, changed: false, commands: [] } };
  const isNew = project.id === id;
  const changed = !isNew && file.sha256 !== project.trustedSha256;
  const trusted = !changed || request.trust;
  if (isNew || (changed && trusted)) await deps.store.projects.setTrusted(project.id, file.sha256);
  return { project, trust: { trusted, changed, commands: file.commands } };
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
  const [files, open, latest, done] = await Promise.all([
    deps.door.listRequirements(project.path),
    deps.store.tasks.openRequirements(project.id),
    deps.store.tasks.latestOfRequirements(project.id),
    deps.door.undelivered(project.path),
  ]);
  return files.map((file) => {
    const { name } = file;
    return toRequirementView(file, {
      open: open.get(name),
      latest: latest.get(name),
      branch: undeliveredBranch(done, file),
    });
  });
}

/** The branch of `done` that resolves these very bytes; null if none does. */
export function undeliveredBranch(
  done: readonly { readonly name: string; readonly sha256: string; readonly branch: string }[],
  file: { readonly name: string; readonly sha256: string },
): string | null {
  return done.find(({ name, sha256 }) => name === file.name && sha256 === file.sha256)?.branch ?? null;
}

/** The project file's hash (null: there is none) and commands; null when it has mistakes: they are named when a batch is made. */
async function projectFile(
  deps: ApiDeps,
  project: ProjectRow,
): Promise<{ readonly sha256: string | null; readonly commands: string[] } | null> {
  try {
    const overrides = { dashboard: project.settings, flags: {} };
    const { projectFileSha256, origins } = await deps.door.configuration(project.path, overrides);
    return { sha256: projectFileSha256, commands: trustedCommands(origins) };
  } catch (error) {
    if (AppError.is(error, 'invalid_settings')) return null;
    throw error;
  }
}
