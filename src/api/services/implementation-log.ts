/** What completed tasks did. Which files a commit touched is asked of the host once, and kept. */
import { AppError } from '../../contracts/errors.ts';
import type { RouteAnswer } from '../../contracts/http.ts';
import type { ImplementationRow } from '../../store/idea-store.ts';
import type { ProjectRow } from '../../store/store.ts';
import type { ApiDeps } from '../deps.ts';
import { toImplementationView } from '../views/idea-view.ts';

type Needs = Pick<ApiDeps, 'store' | 'door'>;

/** Entries whose files are looked up at a time; the others have their turn later. */
const LOOKUPS = 20;

/** A page of the log. */
export async function implementationsOf(
  deps: Needs,
  { id }: ProjectRow,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<RouteAnswer<'implementationLog'>> {
  const filter = { project: id, limit, ...(cursor === undefined ? {} : { cursor }) };
  let page = await deps.store.implementationLog.list(filter);
  const open = page.items.filter(({ commit, files }) => commit !== null && files === null);
  if (open.length > 0 && (await lookUp(deps, open.slice(0, LOOKUPS))) > 0) {
    page = await deps.store.implementationLog.list(filter);
  }
  return { items: page.items.map(toImplementationView), nextCursor: page.nextCursor };
}

/** Looks up what nobody looked up yet, oldest first, before commits of undelivered branches go. How many it found. */
export async function lookUpFiles(deps: Needs): Promise<number> {
  return await lookUp(deps, await deps.store.implementationLog.withoutFiles(LOOKUPS));
}

async function lookUp(deps: Needs, rows: readonly ImplementationRow[]): Promise<number> {
  let found = 0;
  for (const row of rows) {
    const files = await filesOf(deps, row);
    if (files === null) continue;
    await deps.store.implementationLog.setFiles(row.task, files);
    found += 1;
  }
  return found;
}

/** null: the host or the repository is away. A commit that is gone has none. */
async function filesOf({ store, door }: Needs, row: ImplementationRow): Promise<string[] | null> {
  const project = await store.projects.get(row.project);
  if (project === null || row.commit === null) return null;
  const request = { projectPath: project.path, revision: row.commit, ignoreWhitespace: false, path: null, maxBytes: 1 };
  try {
    return (await door.diff(request)).files.map((file) => file.path);
  } catch (error) {
    if (AppError.is(error, 'diff_not_found')) return [];
    if (AppError.is(error)) return null;
    throw error;
  }
}
