/** The inbox, the list of tasks, and what the user has seen of them. */
import type { FastifyInstance } from 'fastify';
import { routes } from '../../contracts/http.ts';
import type { InboxMarks } from '../../store/inbox-store.ts';
import { register } from '../register.ts';
import type { Inbox } from '../services/inbox.ts';

/** Registers the routes of the inbox. */
export function inboxRoutes(app: FastifyInstance, inbox: Inbox): void {
  register(app, routes.listTasks, async ({ query }) => inbox.tasks(query));
  register(app, routes.markTask, async ({ params, body }) => inbox.markTask(params.id, toMarks(body)));
  register(app, routes.clearTasks, async () => inbox.readAll());
  register(app, routes.listInbox, async ({ query }) => inbox.entries(query));
  register(app, routes.markInboxEntry, async ({ params, body }) => inbox.markEntry(params.id, toMarks(body)));
  register(app, routes.readInbox, async () => inbox.readAll());
}

function toMarks(body: { readonly read?: boolean | undefined; readonly deleted?: boolean | undefined }): InboxMarks {
  return {
    ...(body.read === undefined ? {} : { read: body.read }),
    ...(body.deleted === undefined ? {} : { deleted: body.deleted }),
  };
}
