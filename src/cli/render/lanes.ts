/** The lanes and the answers about many batches or tasks, for a terminal. */
import type { Lanes } from '../../contracts/hold-views.ts';
import type { ManyAnswers, OffloadAnswer } from '../../contracts/lifecycle-routes.ts';
import type { RenderOptions } from './batch.ts';
import { clip, columns, counted, oneLine } from './text.ts';
import { durationText, momentText, untilText } from './time.ts';

/** Who works, who waits and why, which accounts hold. */
export function lanesLines(lanes: Lanes, { style, nowMs }: RenderOptions): string[] {
  const { limit, holders, queue, background, accounts } = lanes;
  const working = holders.map((each) => [
    style.good('▸'),
    clip(oneLine(each.name), 40),
    each.batchId,
    `works since ${momentText(each.since, { nowMs })}`,
  ]);
  const waiting = queue.map((each) => [
    style.dim(String(each.place)),
    clip(oneLine(each.name), 40),
    each.batchId,
    clip(oneLine(each.message), 120),
  ]);
  const holds = accounts.map((each) => {
    const probe = each.probe === null ? '' : `, ${each.probe} tries it now`;
    const wait = Date.parse(each.until) - nowMs;
    const until = wait > 0 ? `until ${untilText(each.until, nowMs)}, in ${durationText(wait)}` : 'to be tried again';
    return style.warn(`Account ${oneLine(each.account)}: ${each.reason.replaceAll('_', ' ')}, ${until}${probe}`);
  });
  const head = `${holders.length} of ${counted(limit, 'lane')} in use, ${counted(queue.length, 'batch', 'batches')} waiting`;
  const alone = `${background.working.length} of ${counted(background.limit, 'place')} of tasks by themselves in use, ${background.waiting.length} waiting`;
  return [style.strong(head), ...columns([...working, ...waiting]), ...holds, style.dim(alone)];
}

/** A line per task, then what to type next. */
export function offloadLines(answer: OffloadAnswer, { style }: RenderOptions): string[] {
  const { target, tasks } = answer;
  const name = oneLine(target.name);
  const lines = tasks.map((task) => {
    const who = style.strong(oneLine(task.name));
    if (task.result === 'moved') return `${style.good('✓')} ${who}  moved to ${name}`;
    const reason = task.reason === null ? '' : `: ${oneLine(task.reason)}`;
    if (task.result === 'stayed') return `${style.bad('✗')} ${who}  stayed${reason}`;
    return `${style.warn('…')} ${who}  pending${reason}`;
  });
  const what = target.created ? 'made' : target.reopened ? 'reopened' : null;
  if (what !== null) lines.push(`Batch ${name} (${target.id}) was ${what}.`);
  if (target.created) lines.push(`Start it: nightloom batch start ${target.id}`);
  if (tasks.some((task) => task.result === 'pending')) lines.push(`See it: nightloom batch show ${target.id}`);
  return lines;
}

/** A line per batch; `none` when there was no batch to send the command to. */
export function manyLines({ items }: ManyAnswers, none: string, { style }: RenderOptions): string[] {
  if (items.length === 0) return [none];
  return items.map(({ batchId, name, answer, error }) => {
    const who = `${style.strong(oneLine(name))} (${batchId})`;
    if (error !== null) return `${style.bad('✗')} ${who}: ${oneLine(error.message)}`;
    return `${style.good('✓')} ${who}: ${oneLine(answer?.message ?? '')}`;
  });
}
