/** Ideas: written down, made into requirements, implemented. */
import { randomUUID } from 'node:crypto';
import { AppError } from '../../contracts/errors.ts';
import type { RouteAnswer } from '../../contracts/http.ts';
import type { IdeaView } from '../../contracts/idea-routes.ts';
import { isId } from '../../contracts/ids.ts';
import type { IdeaStatus } from '../../contracts/vocabulary.ts';
import type { EditableIdea, IdeaChange, IdeaRow } from '../../store/idea-store.ts';
import type { ApiDeps } from '../deps.ts';
import { toIdeaView } from '../views/idea-view.ts';
import { findProject, projectsById } from './lookup.ts';
import { requirementDetail } from './requirements.ts';
import { writeRequirement } from './idea-requirement.ts';

type Needs = Pick<ApiDeps, 'store' | 'door' | 'clock' | 'ids'>;

/** More ideas are not about one requirement. */
const MAX_OF_REQUIREMENT = 500;

/** Ideas over the store and the host door. */
export interface Ideas {
  list(query: {
    readonly limit: number;
    readonly cursor?: string | undefined;
    readonly project?: string | undefined;
    readonly status?: IdeaStatus | undefined;
  }): Promise<RouteAnswer<'listIdeas'>>;
  /** @throws AppError idea_not_found */
  get(id: string): Promise<IdeaView>;
  /** @throws AppError project_not_found */
  create(wanted: { readonly projectId: string; readonly title: string; readonly text: string }): Promise<IdeaView>;
  /**
   * @param from what it is changed from; null: any
   * @throws AppError idea_not_found, invalid_input (status requirement without one), changed_meanwhile
   */
  edit(id: string, change: IdeaChange, from: EditableIdea | null): Promise<IdeaView>;
  /** @throws AppError idea_not_found */
  remove(id: string): Promise<IdeaView>;
  /** @throws AppError idea_not_found, idea_taken, requirement_exists, requirement_name_invalid, requirement_invalid */
  makeRequirement(
    id: string,
    wanted: { readonly name?: string | undefined; readonly text?: string | undefined },
  ): Promise<RouteAnswer<'makeRequirement'>>;
  /** @throws AppError ambiguous_name with the projects */
  setStatusOf(wanted: {
    readonly requirementName: string;
    readonly projectId?: string | undefined;
    readonly status: IdeaStatus;
  }): Promise<RouteAnswer<'updateIdeaStatus'>>;
}

/** See {@link Ideas}. */
export function createIdeas(deps: Needs): Ideas {
  const { store } = deps;
  const shown = async (row: IdeaRow): Promise<IdeaView> =>
    toIdeaView(row, (await store.projects.get(row.project))?.name ?? row.project);
  return {
    list: async ({ limit, cursor, project, status }) => {
      if (project !== undefined && !isId('project', project)) return { items: [], nextCursor: null };
      const filter = {
        limit,
        ...(cursor === undefined ? {} : { cursor }),
        ...(project === undefined ? {} : { project }),
        ...(status === undefined ? {} : { status }),
      };
      const [page, projects] = await Promise.all([store.ideas.list(filter), projectsById(store)]);
      const items = page.items.map((row) => toIdeaView(row, projects.get(row.project)?.name ?? row.project));
      return { items, nextCursor: page.nextCursor };
    },
    get: async (id) => shown(await findIdea(deps, id)),
    create: (wanted) => create(deps, wanted),
    edit: async (id, change, from) => shown(await edit(deps, await findIdea(deps, id), change, from)),
    remove: async (id) => {
      const row = await findIdea(deps, id);
      if (await store.ideas.remove(row.id)) await tell(deps, row, 'removed');
      return await shown(row);
    },
    makeRequirement: async (id, wanted) => {
      const { set, name, project, row } = await writeRequirement(deps, await findIdea(deps, id), wanted);
      const idea = await change(deps, row, { status: 'requirement', requirement: name }, null);
      const requirement = await requirementDetail(deps, project, name);
      const message = `Requirement ${name} was written; when it is completed, the idea is implemented.`;
      return { idea: await shown(idea), requirement, undoToken: set.id, message };
    },
    setStatusOf: async (wanted) => {
      const rows = await ideasOf(deps, wanted);
      const others = rows.filter((row) => row.status !== wanted.status);
      for (const row of others) await edit(deps, row, { status: wanted.status }, null);
      const ideas = await Promise.all(rows.map(async (row) => shown(await findIdea(deps, row.id))));
      return { success: true, updated: others.length, ideas };
    },
  };
}

async function findIdea({ store }: Needs, id: string): Promise<IdeaRow> {
  const row = isId('idea', id) ? await store.ideas.get(id) : null;
  if (row === null) throw new AppError('idea_not_found', `There is no idea ${id.slice(0, 50)}.`);
  return row;
}

async function create(
  deps: Needs,
  { projectId, title, text }: { readonly projectId: string; readonly title: string; readonly text: string },
): Promise<IdeaView> {
  const project = await findProject(deps.store, projectId);
  const atMs = deps.clock.now();
  const made: IdeaRow = {
    id: deps.ids.idea(),
    project: project.id,
    title,
    text,
    status: 'idea',
    requirement: null,
    task: null,
    createdAtMs: atMs,
    updatedAtMs: atMs,
    implementedAtMs: null,
  };
  await deps.store.ideas.add(made);
  await tell(deps, made, 'created');
  return toIdeaView(made, project.name);
}

/** The part of an idea that its ETag names. */
export function editableIdea({ title, text, status, requirementName: requirement }: IdeaView): EditableIdea {
  return { title, text, status, requirement };
}

async function edit(
  deps: Needs,
  row: IdeaRow,
  { status, ...words }: IdeaChange,
  from: EditableIdea | null,
): Promise<IdeaRow> {
  if (status === undefined || status === row.status) return await change(deps, row, words, from);
  if (status === 'requirement' && row.requirement === null) {
    const message = 'No requirement was made of it; make one with POST /api/ideas/:id/requirement';
    throw new AppError('invalid_input', `${message}.`, { details: { fields: [{ path: 'status', message }] } });
  }
  return await change(deps, row, { ...words, status, ...(status === 'idea' ? { requirement: null } : {}) }, from);
}

async function change(deps: Needs, row: IdeaRow, changes: IdeaChange, from: EditableIdea | null): Promise<IdeaRow> {
  const changed = await deps.store.ideas.change(row.id, changes, deps.clock.now(), from ?? undefined);
  if (changed === null && from !== null && (await deps.store.ideas.get(row.id)) !== null) {
    throw new AppError('changed_meanwhile', 'It is not what If-Match names any more.');
  }
  if (changed === null) throw new AppError('idea_not_found', `There is no idea ${row.id} any more.`);
  await tell(deps, changed, changes.status ?? 'edited');
  return changed;
}

async function tell({ store, clock }: Needs, { id, project }: IdeaRow, what: string): Promise<void> {
  const event = { id: `idea:${id}:${randomUUID()}`, type: 'idea.changed', atMs: clock.now() } as const;
  await store.events.append([{ ...event, batch: null, task: null, data: { idea: id, project, change: what } }]);
}

async function ideasOf(
  { store }: Needs,
  { requirementName, projectId }: { readonly requirementName: string; readonly projectId?: string | undefined },
): Promise<IdeaRow[]> {
  if (projectId !== undefined && !isId('project', projectId)) return [];
  const { items } = await store.ideas.list({
    requirement: requirementName,
    limit: MAX_OF_REQUIREMENT,
    ...(projectId === undefined ? {} : { project: projectId }),
  });
  const projects = new Set(items.map((row) => row.project));
  if (projects.size <= 1) return items;
  throw new AppError('ambiguous_name', `${projects.size} projects have ideas for ${requirementName}; give projectId.`, {
    details: { candidates: [...projects].map((project) => ({ projectId: project })) },
  });
}
