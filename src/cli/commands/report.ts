/** `nightloom report` */
import { connect } from '../connect.ts';
import type { Handler } from '../context.ts';
import { outputOptions, printJson } from '../output.ts';
import { reportLines, reportMarkdown } from '../render/report.ts';
import { lastEveningMs } from '../render/time.ts';
import { resolveBatch } from '../resolve.ts';
import { sinceOf } from '../since.ts';

/** Flags of `report`. */
interface ReportFlags {
  readonly since?: string;
  readonly json?: boolean;
  readonly md?: boolean;
}

/**
 * Prints the report. `--json`: with BATCH its batch object, else the whole report.
 * @throws AppError invalid_input for a time that cannot be read
 */
export const report: Handler<ReportFlags> = async (context, flags, args) => {
  const [wanted] = args;
  const nowMs = Date.now();
  const since = flags.since === undefined ? null : sinceOf(flags.since, nowMs);
  const { client } = await connect(context);
  const batch = wanted === undefined ? null : await resolveBatch(context, client, wanted);
  if (flags.json === true && batch !== null) {
    printJson(context, await client.call('getBatch', { params: { id: batch } }));
    return 0;
  }
  const query = {
    ...(batch === null ? { since: since ?? new Date(lastEveningMs(nowMs)).toISOString() } : { batch }),
    ...(batch !== null && since !== null ? { since } : {}),
  };
  const found = await client.call('report', { query });
  if (flags.json === true) printJson(context, found);
  else if (flags.md === true) context.print(reportMarkdown(found, nowMs));
  else context.print(reportLines(found, outputOptions(context)).join('\n'));
  return 0;
};
