/** The inbox and the list of tasks: what concerns the user, and what the user has seen of it. */
import { AppError } from '../../contracts/errors.ts';
import { isId } from '../../contracts/ids.ts';
import type { RouteAnswer } from '../../contracts/http.ts';
import type { ListedTask } from '../../contracts/inbox-routes.ts';
import { toKind } from '../../contracts/kinds.ts';
import type { TaskStatus } from '../../contracts/vocabulary.ts';
import type { InboxMarks } from '../../store/inbox-store.ts';
import type { ApiDeps } from '../deps.ts';
import { toInboxEntry, toListedTask } from '../views/inbox-view.ts';
import { findTask, projectsById } from './lookup.ts';
import type { Views } from './views.ts';

/** What of the tasks is listed: parsed, with defaults. */
export interface TaskQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly status?: TaskStatus | 'complete' | undefined;
  readonly batch?: string | undefined;
  readonly project?: string | undefined;
  readonly kind?: string | undefined;
  readonly type?: string | undefined;
  readonly alone?: 'true' | 'false' | undefined;
  readonly unread?: 'true' | 'false' | undefined;
  readonly deleted: 'true' | 'false' | 'all';
}

/** The inbox and the list of tasks. */
export interface Inbox {
  tasks(query: TaskQuery): Promise<RouteAnswer<'listTasks'>>;
  /** @throws AppError task_not_found */
  markTask(id: string, marks: InboxMarks): Promise<ListedTask>;
  entries(query: {
    readonly limit: number;
    readonly cursor?: string | undefined;
    readonly show: 'current' | 'unread' | 'deleted';
  }): Promise<RouteAnswer<'listInbox'>>;
  /** @throws AppError inbox_entry_not_found */
  markEntry(id: string, marks: InboxMarks): Promise<RouteAnswer<'markInboxEntry'>>;
  readAll(): Promise<RouteAnswer<'readInbox'>>;
}

/** {@link Inbox} over the store. */
export function createInbox({ store, clock }: Pick<ApiDeps, 'store' | 'clock'>, views: Views): Inbox {
  return {
    tasks: async (query) => {
      const filter = toFilter(query);
      const [page, unreadCount] = await Promise.all([
        filter === null ? { items: [], nextCursor: null } : store.tasks.list(filter),
        store.inbox.unread(),
      ]);
      const shown = await views.tasks(page.items);
      const items = page.items.flatMap((row, at) => {
        const view = shown[at];
        return view === undefined ? [] : [toListedTask(view, row)];
      });
      return { items, unreadCount, nextCursor: page.nextCursor };
    },
    markTask: async (id, marks) => {
      await findTask(store, id);
      await store.inbox.mark(id, marks, clock.now());
      const row = await findTask(store, id);
      const [view] = await views.tasks([row]);
      if (view === undefined) throw new AppError('internal', `Task ${id} has no view.`);
      return toListedTask(view, row);
    },
    entries: async ({ limit, cursor, show }) => {
      const filter = { show, limit, ...(cursor === undefined ? {} : { cursor }) };
      const [page, unreadCount, projects] = await Promise.all([
        store.inbox.list(filter),
        store.inbox.unread(),
        projectsById(store),
      ]);
      const items = page.items.map((row) => toInboxEntry(row, projects.get(row.project)?.name ?? row.project));
      return { items, unreadCount, nextCursor: page.nextCursor };
    },
    markEntry: async (id, marks) => {
      if (!(await store.inbox.mark(id, marks, clock.now()))) {
        throw new AppError('inbox_entry_not_found', `There is no entry ${id.slice(0, 50)} in the inbox.`);
      }
      return { id, unreadCount: await store.inbox.unread() };
    },
    readAll: async () => {
      const cleared = await store.inbox.readAll(clock.now());
      return { cleared, unreadCount: await store.inbox.unread() };
    },
  };
}

/** null: nothing can fit. */
function toFilter(query: TaskQuery): Parameters<ApiDeps['store']['tasks']['list']>[0] | null {
  const { limit, cursor, batch, project, alone, unread, deleted } = query;
  const status = query.status === 'complete' ? 'completed' : query.status;
  const named = query.kind ?? query.type;
  const kind = named === undefined ? undefined : toKind(named);
  if (batch !== undefined && !isId('batch', batch)) return null;
  if (project !== undefined && !isId('project', project)) return null;
  if (kind === null || (query.type !== undefined && toKind(query.type) !== kind)) return null;
  return {
    limit,
    ...(cursor === undefined ? {} : { cursor }),
    ...(status === undefined ? {} : { status }),
    ...(kind === undefined ? {} : { kind }),
    ...(batch === undefined ? {} : { batch }),
    ...(project === undefined ? {} : { project }),
    ...(alone === undefined ? {} : { alone: alone === 'true' }),
    ...(unread === undefined ? {} : { unread: unread === 'true' }),
    ...(deleted === 'all' ? {} : { dismissed: deleted === 'true' }),
  };
}
