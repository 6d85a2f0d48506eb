/** `nightloom audit [id]` */
import type { AuditEntryView } from '../../contracts/audit-routes.ts';
import { connect } from '../connect.ts';
import type { Handler } from '../context.ts';
import { outputOptions, printEither } from '../output.ts';
import type { RenderOptions } from '../render/batch.ts';
import { clip, columns, oneLine } from '../render/text.ts';
import { momentText } from '../render/time.ts';
import { sinceOf } from '../since.ts';

interface AuditFlags {
  readonly since?: string;
  readonly who?: string;
  readonly refused?: boolean;
  readonly limit?: number;
  readonly json?: boolean;
}

const LIMIT = 50;

/** Lists changes, newest first; `--json`: an array. @throws AppError invalid_input for a time that cannot be read */
export const audit: Handler<AuditFlags> = async (context, flags, [subject]) => {
  const since = flags.since === undefined ? undefined : sinceOf(flags.since, Date.now());
  const { client } = await connect(context);
  const outcome = flags.refused === true ? ('refused' as const) : undefined;
  const query = { limit: flags.limit ?? LIMIT, subject, since, who: flags.who, outcome };
  const { items, nextCursor } = await client.call('listAudit', { query });
  printEither(context, flags.json, items, () => {
    const more = nextCursor === null ? [] : [`There are more: --limit, --since.`];
    return items.length === 0 ? ['No change is known.'] : [...table(items, outputOptions(context)), ...more];
  });
  return 0;
};

function table(items: readonly AuditEntryView[], { style, nowMs }: RenderOptions): string[] {
  return columns(
    items.map((entry) => [
      momentText(entry.at, { nowMs, seconds: true }),
      entry.who,
      `${entry.method} ${entry.route}`,
      outcomeText(entry, style),
      clip(oneLine(entry.subjects.join(' ')), 80),
    ]),
  );
}

function outcomeText({ status, code }: AuditEntryView, style: RenderOptions['style']): string {
  if (status === null) return style.bad('no answer');
  return code === null ? `${status}` : style.bad(`${status} ${code}`);
}
