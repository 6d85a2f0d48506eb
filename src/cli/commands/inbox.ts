/** `nightloom inbox [read|dismiss|restore|clear]` */
import type { InboxEntry } from '../../contracts/inbox-routes.ts';
import { connect } from '../connect.ts';
import type { CliContext, Handler } from '../context.ts';
import { operand, outputOptions, printEither } from '../output.ts';
import type { RenderOptions } from '../render/batch.ts';
import { clip, columns, counted, oneLine } from '../render/text.ts';
import { momentText } from '../render/time.ts';

interface ListFlags {
  readonly all?: boolean;
  readonly deleted?: boolean;
  readonly json?: boolean;
}

interface Flags {
  readonly json?: boolean;
}

/** Entries on one page; more are for the dashboard. */
const LIMIT = 500;

/** Lists entries, newest first; `--json`: an array. */
export const listInbox: Handler<ListFlags> = async (context, flags) => {
  const show = flags.deleted === true ? 'deleted' : flags.all === true ? 'current' : 'unread';
  const { client } = await connect(context);
  const { items, unreadCount, nextCursor } = await client.call('listInbox', { query: { show, limit: LIMIT } });
  printEither(context, flags.json, items, () => {
    const more = nextCursor === null ? [] : [`More than ${LIMIT}: the dashboard shows the rest.`];
    if (items.length > 0) return [...entryTable(items, outputOptions(context)), ...more];
    return [show === 'deleted' ? 'Nothing was dismissed.' : `Nothing ${show === 'unread' ? 'unread' : 'here'}.`];
  });
  if (flags.json !== true && show !== 'unread' && unreadCount > 0) context.note(`${unreadCount} unread.`);
  return 0;
};

/** Marks an entry as read. @throws AppError inbox_entry_not_found */
export const readEntry: Handler<Flags> = (context, flags, args) => mark(context, flags, args, { read: true });

/** Takes an entry out of the inbox. @throws AppError inbox_entry_not_found */
export const dismissEntry: Handler<Flags> = (context, flags, args) => mark(context, flags, args, { deleted: true });

/** Brings a dismissed entry back. @throws AppError inbox_entry_not_found */
export const restoreEntry: Handler<Flags> = (context, flags, args) => mark(context, flags, args, { deleted: false });

/** Marks everything as read. */
export const clearInbox: Handler<Flags> = async (context, flags) => {
  const { client } = await connect(context);
  const answer = await client.call('readInbox', { body: {} });
  const lines = [
    answer.cleared === 0 ? 'Nothing was unread.' : `Marked ${counted(answer.cleared, 'entry', 'entries')} as read.`,
  ];
  printEither(context, flags.json, answer, () => lines);
  return 0;
};

async function mark(
  context: CliContext,
  flags: Flags,
  args: readonly string[],
  body: { read?: boolean; deleted?: boolean },
): Promise<number> {
  const { client } = await connect(context);
  const answer = await client.call('markInboxEntry', { params: { id: operand(args, 0) }, body });
  printEither(context, flags.json, answer, () => [`Done; ${answer.unreadCount} unread.`]);
  return 0;
}

function entryTable(items: readonly InboxEntry[], { style, nowMs }: RenderOptions): string[] {
  return columns(
    items.map((entry) => [
      entry.readAt === null ? style.strong('●') : ' ',
      entry.id,
      momentText(entry.at, { nowMs }),
      clip(oneLine(headline(entry)), 60),
      clip(oneLine(detail(entry)), 80),
    ]),
  );
}

function headline(entry: InboxEntry): string {
  if (entry.source === 'task') return `${entry.name} ${entry.status}`;
  return `${entry.batchName} ${entry.notice}${entry.resolvedAt === null ? '' : ' (over)'}`;
}

function detail(entry: InboxEntry): string {
  if (entry.source === 'task') return entry.failure?.message ?? '';
  return entry.message;
}
