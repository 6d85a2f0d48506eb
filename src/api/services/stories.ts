/** The stories a background task is about: the project's requirements, frozen when the task is made. */
import { isBackgroundKind, MAX_STORIES } from '../../contracts/background.ts';
import type { BackgroundKind, StoryRef } from '../../contracts/background.ts';
import { AppError } from '../../contracts/errors.ts';
import type { RequirementInfo } from '../../contracts/host-door.ts';
import type { TaskKind } from '../../contracts/vocabulary.ts';
import { mapAtOnce } from '../../platform/at-once.ts';
import type { ProjectRow } from '../../store/store.ts';
import type { ApiDeps } from '../deps.ts';

type Needs = Pick<ApiDeps, 'store' | 'door'>;
type Params = Readonly<Record<string, unknown>>;

/** Files are read and hashed this many at a time. */
const FREEZES_AT_ONCE = 8;

/**
 * `params` of a background task with the stories as they are now; those of other kinds as they are.
 * @throws AppError requirement_not_found, requirement_invalid (of one that is named); nothing_to_do (none is pending);
 * invalid_input (more than can be looked at together)
 */
export async function withStories(deps: Needs, project: ProjectRow, kind: TaskKind, params: Params): Promise<Params> {
  if (!isBackgroundKind(kind)) return params;
  const chosen = await choose(deps, project, kind, params);
  const stories = await mapAtOnce(chosen, FREEZES_AT_ONCE, async ({ name }): Promise<StoryRef> => {
    const { name: id, title, sha256 } = await deps.door.freezeRequirement(project.path, name);
    return { id, title: title.slice(0, 200), sha256 };
  });
  return { ...params, stories };
}

/** Named ones first, then the others that are still to be worked off, as far as there is room. */
async function choose(
  deps: Needs,
  project: ProjectRow,
  kind: BackgroundKind,
  params: Params,
): Promise<RequirementInfo[]> {
  const [files, done] = await Promise.all([
    deps.door.listRequirements(project.path),
    deps.door.undelivered(project.path),
  ]);
  const isDone = (file: RequirementInfo): boolean =>
    done.some(({ name, sha256 }) => name === file.name && sha256 === file.sha256);
  const isPending = (file: RequirementInfo): boolean =>
    file.problem === null && file.slashCommandReason === null && !isDone(file);
  const names = namesIn(params);
  const named = names.map((name) => {
    const file = files.find((each) => each.name === name);
    if (file !== undefined) return file;
    throw new AppError('requirement_not_found', `There is no requirement ${JSON.stringify(name)}.`, {
      details: { name },
    });
  });
  const others = files.filter((file) => isPending(file) && !names.includes(file.name));
  if (kind !== 'refine' || named.length > 0) return [...named, ...others].slice(0, MAX_STORIES);
  return await allPending(deps, project, others);
}

async function allPending(
  { store }: Needs,
  project: ProjectRow,
  pending: readonly RequirementInfo[],
): Promise<RequirementInfo[]> {
  const open = await store.tasks.openRequirements(project.id);
  const free = pending.filter(({ name }) => !open.has(name));
  if (free.length === 0) throw new AppError('nothing_to_do', `${project.name} has no requirement that is not taken.`);
  if (free.length <= MAX_STORIES) return free;
  const message = `${free.length} requirements are pending; name at most ${MAX_STORIES}`;
  throw new AppError('invalid_input', `${message}.`, {
    details: { fields: [{ path: 'params.requirements', message }] },
  });
}

function namesIn(params: Params): string[] {
  const { requirements, storyId } = params;
  if (typeof storyId === 'string') return [storyId];
  const names = Array.isArray(requirements) ? requirements.filter((name) => typeof name === 'string') : [];
  return [...new Set(names)];
}
