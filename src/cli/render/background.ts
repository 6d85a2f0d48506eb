/** Background tasks for people. */
import type { ProposalView } from '../../contracts/background-routes.ts';
import type { ListedTask } from '../../contracts/inbox-routes.ts';
import type { TaskDetail } from '../../contracts/views.ts';
import type { RenderOptions } from './batch.ts';
import { clip, columns, oneLine, stripControls } from './text.ts';
import { momentText } from './time.ts';

/** One line for each task: unread ones are marked. */
export function backgroundTable(items: readonly ListedTask[], { style, nowMs }: RenderOptions): string[] {
  return columns(
    items.map((task) => [
      isUnread(task) ? style.strong('●') : ' ',
      task.id,
      task.status,
      momentText(task.completedAt ?? task.createdAt, { nowMs }),
      clip(oneLine(task.name), 70),
    ]),
  );
}

/** What a task answered: its summary, then its items with what is in their way. */
export function backgroundLines(
  task: TaskDetail,
  items: readonly ProposalView[],
  { style, text }: RenderOptions & { readonly text: boolean },
): string[] {
  const head = `${task.id}  ${oneLine(task.name)} (${task.status})`;
  if (task.failure !== null) return [head, style.bad(oneLine(task.failure.message))];
  const next = items.some(({ state }) => state === 'open') ? [`Apply: nightloom background apply ${task.id}`] : [];
  return [head, ...summaryOf(task.result), ...items.flatMap((item) => itemLines(item, text, style)), ...next];
}

function itemLines(item: ProposalView, text: boolean, style: RenderOptions['style']): string[] {
  const state = item.message === null ? item.state : style.warn(item.state);
  const head = `${style.strong(oneLine(item.id))}  ${item.change}, ${state}: ${clip(oneLine(item.title), 80)}`;
  const reason = item.reason === null ? [] : [`  ${clip(oneLine(item.reason), 200)}`];
  const problem = item.message === null ? [] : [`  ${oneLine(item.message)}`];
  const whole = text ? stripControls(item.text).trimEnd().split('\n') : [];
  return [head, ...reason, ...problem, ...whole.map((line) => `    ${line}`)];
}

/** Every kind says in one text what it did. */
function summaryOf(result: unknown): string[] {
  if (typeof result !== 'object' || result === null) return [];
  const said: unknown = Reflect.get(result, 'summary') ?? Reflect.get(result, 'reasoning');
  return typeof said === 'string' ? [oneLine(said)] : [];
}

function isUnread({ status, readAt }: ListedTask): boolean {
  return readAt === null && (status === 'completed' || status === 'failed');
}
