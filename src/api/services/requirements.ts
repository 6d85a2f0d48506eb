/** Requirement files as the API changes them: through the host door, in the journal, undoable. */
import { randomUUID } from 'node:crypto';
import { AppError } from '../../contracts/errors.ts';
import type {
  RequirementChange,
  RequirementChangeRequest,
  RequirementChangeSet,
} from '../../contracts/host-door-requirements.ts';
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
  const set = await applyChanges(deps, project, once({ kind: 'create', ...wanted }));
  return await changed(deps, project, wanted.name, set, `Requirement ${wanted.name} was written.`);
}

/** @throws AppError requirement_not_found, requirement_changed, requirement_invalid */
export async function editRequirement(
  deps: Needs,
  project: ProjectRow,
  edit: { readonly name: string; readonly text: string; readonly expectedSha256: string | null },
): Promise<RequirementChangeView> {
  const set = await applyChanges(deps, project, once({ kind: 'edit', ...edit }));
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
  const set = await applyChanges(deps, project, once({ kind: 'rename', ...rename }));
  await deps.store.ideas.renameRequirement(project.id, rename.name, rename.to, deps.clock.now());
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
  const set = await applyChanges(deps, project, once({ kind: 'delete', ...deletion }));
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
  await followUndo(deps, project, set);
  const names = set.files.map(({ name }) => name);
  return {
    items: set.files.map(({ name, after }) => ({ name, sha256: after })),
    message: `It is as it was before: ${names.slice(0, 5).join(', ')}${names.length > 5 ? ` and ${names.length - 5} more` : ''}.`,
  };
}

/** Ideas go back to the old name of a requirement; one whose file is taken away again is an idea as before. */
async function followUndo(
  { store, clock }: Needs,
  project: ProjectRow,
  { files }: RequirementChangeSet,
): Promise<void> {
  for (const { name, before, after } of files) {
    if (after !== null) continue;
    const back = files.find((file) => file.before === null && file.after === before);
    if (back === undefined) await store.ideas.forgetRequirement(project.id, name, clock.now());
    else await store.ideas.renameRequirement(project.id, name, back.name, clock.now());
  }
}

/**
 * Applies a change set and writes it into the journal, for live views. Again under the same id: changes nothing.
 * @throws AppError as `HostDoor.changeRequirements`
 */
export async function applyChanges(
  deps: Needs,
  project: ProjectRow,
  request: RequirementChangeRequest,
): Promise<RequirementChangeSet> {
  const set = await deps.door.changeRequirements(project.path, request);
  await journal(deps, project, set);
  return set;
}

function once(change: RequirementChange): RequirementChangeRequest {
  return { id: randomUUID(), changes: [change] };
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
