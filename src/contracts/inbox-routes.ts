/** Routes of the inbox, and of what the user has seen of tasks. Part of the route table. */
import { z } from 'zod';
import { id, listOf, page, route } from './route.ts';
import { originFields } from './task-routes.ts';
import { FailureViewSchema, TaskViewSchema } from './views.ts';
import { INBOX_SHOWN, NOTICE_KINDS, TASK_STATUSES } from './vocabulary.ts';

const instant = z.string().describe('RFC 3339');
const unreadCount = z.int().describe('Unread entries of the inbox that are not dismissed');

/** What the user does; absent: stays as it is. */
const marks = z
  .object({
    read: z.boolean().optional(),
    deleted: z.boolean().optional().describe('true dismisses, false restores'),
  })
  .refine(({ read, deleted }) => read !== undefined || deleted !== undefined, {
    message: 'Give read, deleted or both',
    path: ['read'],
  })
  .meta({ examples: [{ read: true }] });

const entryFields = {
  id: z.string().describe('Of the task, or of the notice'),
  at: instant,
  batchId: z.string(),
  batchName: z.string(),
  projectId: z.string(),
  projectName: z.string(),
  readAt: instant.nullable(),
  deletedAt: instant.nullable().describe('When it was dismissed; it is forgotten 30 days later'),
};

/** One entry: the end of a task that concerns the user, or a notice about a batch. */
export const InboxEntrySchema = z
  .discriminatedUnion('source', [
    z.object({
      ...entryFields,
      source: z.literal('task'),
      taskId: z.string(),
      kind: z.string(),
      status: z.enum(TASK_STATUSES),
      name: z.string(),
      title: z.string(),
      failure: FailureViewSchema.nullable(),
      context: z
        .record(z.string(), z.unknown())
        .nullable()
        .describe('What the task was made with: where its result is opened (`returnPath`); null: nothing'),
    }),
    z.object({
      ...entryFields,
      source: z.literal('notice'),
      notice: z.enum(NOTICE_KINDS).describe('held and paused ask for something until resolvedAt'),
      message: z.string(),
      resolvedAt: instant.nullable(),
    }),
  ])
  .meta({ id: 'InboxEntry' });

/** A task in a list, with what the user has seen of it. */
export const ListedTaskSchema = TaskViewSchema.extend({
  type: z.string().describe('The same as `kind`'),
  ...originFields,
  createdAt: instant,
  readAt: instant.nullable(),
  deletedAt: instant.nullable().describe('When it was dismissed'),
}).meta({ id: 'ListedTask' });

const flag = z.enum(['true', 'false']);

/** Rows of the route table. */
export const inboxRoutes = {
  listTasks: route({
    method: 'GET',
    path: '/api/tasks',
    summary: 'Tasks of every kind, newest first, without those that were dismissed',
    tag: 'tasks',
    query: z.object({
      ...page,
      status: z
        .enum([...TASK_STATUSES, 'complete'])
        .optional()
        .describe('complete: the same as completed'),
      batch: z.string().optional(),
      project: z.string().optional(),
      kind: z.string().max(100).optional(),
      type: z.string().max(100).optional().describe('The same as kind'),
      alone: flag.optional().describe('true: only tasks that run by themselves; false: only those of batches'),
      unread: flag.optional().describe('true: only unread ends that came into the inbox'),
      deleted: z.enum(['true', 'false', 'all']).default('false').describe('true: only those that were dismissed'),
    }),
    answers: listOf(ListedTaskSchema).extend({ unreadCount }),
  }),
  markTask: route({
    method: 'PATCH',
    path: '/api/tasks/:id',
    summary: 'Mark a task as read or unread, dismiss or restore it',
    tag: 'tasks',
    params: id,
    body: marks,
    answers: ListedTaskSchema,
  }),
  clearTasks: route({
    method: 'POST',
    path: '/api/tasks/clear',
    summary: 'Mark everything in the inbox as read',
    tag: 'tasks',
    answers: z.object({ cleared: z.int().describe('So many were not'), unreadCount }),
  }),
  listInbox: route({
    method: 'GET',
    path: '/api/inbox',
    summary: 'Ends of tasks and notices that concern you, newest first',
    tag: 'inbox',
    query: z.object({ ...page, show: z.enum(INBOX_SHOWN).default('current') }),
    answers: listOf(InboxEntrySchema).extend({ unreadCount }),
  }),
  markInboxEntry: route({
    method: 'PATCH',
    path: '/api/inbox/:id',
    summary: 'Mark an entry as read or unread, dismiss or restore it',
    tag: 'inbox',
    params: id,
    body: marks,
    answers: z.object({ id: z.string(), unreadCount }),
  }),
  readInbox: route({
    method: 'POST',
    path: '/api/inbox/read-all',
    summary: 'Mark everything as read',
    tag: 'inbox',
    answers: z.object({ cleared: z.int().describe('So many were not'), unreadCount }),
  }),
} as const;

/** See {@link InboxEntrySchema}. */
export type InboxEntry = z.infer<typeof InboxEntrySchema>;
/** See {@link ListedTaskSchema}. */
export type ListedTask = z.infer<typeof ListedTaskSchema>;
