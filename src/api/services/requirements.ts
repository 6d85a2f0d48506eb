/** Requirement files as the API changes them: through the host door, in the journal, undoable. */
import { randomUUID } from 'node:crypto';
import { AppError } from '../../contracts/errors.ts';
import type { RequirementChange, RequirementChangeSet } from '../../contracts/host-door-requirements.ts';
import type { RequirementChangeView, RequirementDetail } from '../../contracts/requirement-routes.ts';
import type { ProjectRow } from '../../store/store.ts';
import type { ApiDeps } from '../deps.ts';
import { toRequirementView } from '../views/small-views.ts';
import { undeliveredBranch } from './projects.ts';

type Needs = Pick<ApiDeps, 'store' | 'door' | 'clock'>;

/** One requirement with its text. @throws AppError requirement_not_found, requirement_name_invalid, requirement_invalid */
export async function requirementDetail(deps: Needs, project: ProjectRow, name: string): Promise<RequirementDetail> {
  const [{ info, text }, open, latest, done] = await Promise.all([
    deps.door.readRequirement(project.path, name),
    deps.store.tasks.openRequirements(project.id),
    deps.store.tasks.latestOfRequirements(project.id),
    deps.door.undelivered(project.path),
  ]);
  const task = open.get(name);
  const view = toRequirementView(info, { open: task, latest: latest.get(name), branch: undeliveredBranch(done, info) });
  return { ...view, text, frozenSha256: task === undefined ? null : (latest.get(name)?.sha256 ?? null) };
}

/** @throws AppError requirement_exists, requirement_name_invalid, requirement_invalid */
export async function createRequirement(
  deps: Needs,
  project: ProjectRow,
  wanted: { readonly name: string; readonly text: string },
): Promise<RequirementChangeView> {
  const set = await changeRequirements(deps, project, [{ kind: 'create', ...wanted }]);
  return await changed(deps, project, wanted.name, set, `Requirement ${wanted.name} was written.`);
}

/** @throws AppError requirement_not_found, requirement_changed, requirement_invalid */
export async function editRequirement(
  deps: Needs,
  project: ProjectRow,
  edit: { readonly name: string; readonly text: string; readonly expectedSha256: string | null },
): Promise<RequirementChangeView> {
  const set = await changeRequirements(deps, project, [{ kind: 'edit', ...edit }]);
  return await changed(deps, project, edit.name, set, `Requirement ${edit.name} was changed.`);
}

/** @throws AppError already_queued, requirement_not_found, requirement_exists, requirement_changed */
export async function renameRequirement(
  deps: Needs,
  project: ProjectRow,
  rename: { readonly name: string; readonly to: string; readonly expectedSha256: string | null },
): Promise<RequirementChangeView> {
  const open = (await deps.store.tasks.openRequirements(project.id)).get(rename.name);
  if (open !== undefined) {
    // Its task knows the file by its name: under another one it would be left over, and run again.
    throw new AppError('already_queued', `Requirement ${rename.name} is ${open.status} in batch ${open.batch}.`, {
      details: { requirements: [{ name: rename.name, batch: open.batch, task: open.task }] },
    });
  }
  const set = await changeRequirements(deps, project, [{ kind: 'rename', ...rename }]);
  return await changed(deps, project, rename.to, set, `Requirement ${rename.name} is called ${rename.to} now.`);
}

/** @throws AppError requirement_not_found, requirement_changed */
export async function deleteRequirement(
  deps: Needs,
  project: ProjectRow,
  deletion: { readonly name: string; readonly expectedSha256: string | null },
): Promise<{ name: string; undoToken: string; message: string }> {
  const { name } = deletion;
  const open = (await deps.store.tasks.openRequirements(project.id)).get(name);
  const set = await changeRequirements(deps, project, [{ kind: 'delete', ...deletion }]);
  const still = open === undefined ? '' : ` Task ${open.task} still works from its text as it was when it was queued.`;
  return { name, undoToken: set.id, message: `Requirement ${name} was deleted.${still}` };
}

/** Undoes a change as a whole. @throws AppError change_not_found, undo_refused */
export async function restoreRequirements(
  deps: Needs,
  project: ProjectRow,
  token: string,
): Promise<{ items: { name: string; sha256: string | null }[]; message: string }> {
  const set = await deps.door.undoRequirements(project.path, token);
  await journal(deps, project, set);
  const names = set.files.map(({ name }) => name);
  return {
    items: set.files.map(({ name, after }) => ({ name, sha256: after })),
    message: `It is as it was before: ${names.slice(0, 5).join(', ')}${names.length > 5 ? ` and ${names.length - 5} more` : ''}.`,
  };
}

/**
 * Applies a change set and writes it into the journal, for live views.
 * @throws AppError as `HostDoor.changeRequirements`
 */
async function changeRequirements(
  deps: Needs,
  project: ProjectRow,
  changes: readonly RequirementChange[],
): Promise<RequirementChangeSet> {
  const set = await deps.door.changeRequirements(project.path, { id: randomUUID(), changes });
  await journal(deps, project, set);
  return set;
}

async function journal({ store, clock }: Needs, project: ProjectRow, set: RequirementChangeSet): Promise<void> {
  await store.events.append(
    set.files.map(({ name, before, after }) => ({
      id: `requirement:${set.id}:${set.undone ? 'undone' : 'done'}:${name}`,
      type: 'requirement.changed',
      atMs: clock.now(),
      batch: null,
      task: null,
      data: {
        project: project.id,
        name,
        change: before === null ? 'created' : after === null ? 'deleted' : 'edited',
        undone: set.undone,
      },
    })),
  );
}

async function changed(
  deps: Needs,
  project: ProjectRow,
  name: string,
  set: RequirementChangeSet,
  fact: string,
): Promise<RequirementChangeView> {
  const requirement = await requirementDetail(deps, project, name);
  const { taskId, frozenSha256, sha256 } = requirement;
  const stale = frozenSha256 !== null && frozenSha256 !== sha256;
  const still = stale ? ` Task ${taskId} works from the text as it was when it was queued.` : '';
  return { requirement, undoToken: set.id, message: `${fact}${still}` };
}
