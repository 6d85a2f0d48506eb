/** The report of a night: what needs you, what landed, what failed, what waited, what it cost, what to type next. */
import type { BatchView, Next, Report, TaskView } from '../../contracts/views.ts';
import { countsText, nextLines, shortCommit, verdictText } from './batch.ts';
import type { RenderOptions } from './batch.ts';
import { statusText, waitText } from './hold.ts';
import { clip, columns, counted, oneLine } from './text.ts';
import { costText, durationText, momentText } from './time.ts';

/** Lines for a terminal; made so that twenty tasks fit on one screen. */
export function reportLines(report: Report, options: RenderOptions): string[] {
  const { style, nowMs } = options;
  const since = report.since === null ? '' : ` since ${momentText(report.since, { nowMs })}`;
  if (report.batches.length === 0) return [`Nothing ran${since}.`];
  const { totals } = report;
  const lines = [
    style.strong(`Report${since}: ${countsText(totals)}`),
    `${counted(totals.commits, 'commit')}; ${costText(totals.costUsd)}`,
  ];
  lines.push(...section('Needs you', nextLines(report.needsYou, style), style.warn));
  for (const batch of report.batches) lines.push('', ...batchSection(batch, options));
  const gaps = report.gaps.map(
    (gap) => `${momentText(gap.from, { nowMs })} - ${momentText(gap.until, { nowMs })}  ${oneLine(gap.why)}`,
  );
  lines.push(...section('Nothing ran', gaps, style.warn));
  return lines;
}

function section(title: string, content: readonly string[], paint: (text: string) => string): string[] {
  return content.length === 0 ? [] : ['', paint(title), ...content.map((line) => `  ${line}`)];
}

function batchSection(batch: BatchView, options: RenderOptions): string[] {
  const { style, nowMs } = options;
  const branch = batch.branch === null ? '' : `  branch ${batch.branch}`;
  const lines = [`${style.strong(oneLine(batch.name))}  ${statusText(batch)}${style.dim(`  ${batch.id}${branch}`)}`];
  const wait = waitText(batch, nowMs);
  if (wait !== null) lines.push(`  ${style.warn(wait)}`);
  const group = (title: string, tasks: readonly TaskView[], row: (task: TaskView) => string[]): void => {
    if (tasks.length > 0) lines.push(`  ${title}`, ...columns(tasks.map(row)).map((line) => `    ${line}`));
  };
  const having = (status: TaskView['status']): TaskView[] => batch.tasks.filter((task) => task.status === status);
  group(style.good('Landed'), having('completed'), (task) => [
    task.commit === null ? '-' : shortCommit(task.commit),
    clip(oneLine(task.name), 44),
    verdictText(task),
    durationText(task.durationMs),
    costText(task.costUsd) + suffix(task),
  ]);
  group(style.bad('Failed'), having('failed'), (task) => [clip(oneLine(task.name), 44), failureText(task)]);
  group(style.warn('Skipped'), having('skipped'), (task) => [clip(oneLine(task.name), 44), failureText(task)]);
  group(style.warn('Cancelled'), having('cancelled'), (task) => [clip(oneLine(task.name), 44)]);
  group('Not done yet', openTasks(batch), (task) => [clip(oneLine(task.name), 44), task.status]);
  lines.push(...waitLines(batch, nowMs), ...deniedLines(batch));
  for (const note of notesOf(batch)) lines.push(`  ${style.warn(note)}`);
  const next = nextLines(batch.next, style);
  return next.length === 0 ? lines : [...lines, '  Next', ...next.map((line) => `    ${line}`)];
}

function openTasks(batch: BatchView): TaskView[] {
  const open: readonly TaskView['status'][] = ['idle', 'queued', 'running', 'waiting'];
  return batch.tasks.filter((task) => open.includes(task.status));
}

function suffix(task: TaskView): string {
  return task.attempts > 1 ? `, attempt ${task.attempts}` : '';
}

function failureText(task: TaskView): string {
  if (task.failure === null) return task.status;
  const kept = task.salvageRef === null ? '' : `; work kept: ${task.salvageRef}`;
  return `at ${task.failure.step} (${task.failure.code}): ${clip(oneLine(task.failure.message), 140)}${kept}`;
}

function waitLines(batch: BatchView, nowMs: number): string[] {
  const rows = batch.tasks.flatMap((task) =>
    task.waits.map(({ kind, from, until }) => {
      const end = until === null ? '' : ` - ${momentText(until, { nowMs })}`;
      const length = until === null ? '' : ` (${durationText(Math.max(0, Date.parse(until) - Date.parse(from)))})`;
      return `    ${clip(oneLine(task.name), 44)}  ${kind.replaceAll('_', ' ')}  ${momentText(from, { nowMs })}${end}${length}`;
    }),
  );
  return rows.length === 0 ? [] : ['  Waited', ...rows];
}

function deniedLines(batch: BatchView): string[] {
  const rows = batch.tasks
    .filter((task) => task.deniedTools.length > 0)
    .map(
      (task) => `    ${clip(oneLine(task.name), 44)}  ${clip(oneLine([...new Set(task.deniedTools)].join(', ')), 120)}`,
    );
  return rows.length === 0 ? [] : ['  Denied tool calls (allow them with `agent.allowedTools` or --allow)', ...rows];
}

/** What the batch and its tasks remarked: kept files, moved refs, skipped clean-up. */
function notesOf(batch: BatchView): string[] {
  const ofTasks = batch.tasks.flatMap((task) => task.notes.map((note) => `${task.name}: ${note}`));
  return [...batch.notes, ...ofTasks].map((note) => clip(oneLine(note), 240));
}

/** The same as a Markdown document. */
export function reportMarkdown(report: Report, nowMs: number): string {
  const since = report.since === null ? '' : ` since ${momentText(report.since, { nowMs })}`;
  if (report.batches.length === 0) return `# Nothing ran${since}`;
  const { totals } = report;
  const lines = [
    `# ${countsText(totals)}${since}`,
    '',
    `${counted(totals.commits, 'commit')}; ${costText(totals.costUsd)}`,
    ...markdownNext('## Needs you', report.needsYou),
  ];
  for (const batch of report.batches) lines.push(...batchMarkdown(batch, nowMs));
  if (report.gaps.length > 0) lines.push('', '## Nothing ran');
  for (const gap of report.gaps) {
    lines.push(`- ${momentText(gap.from, { nowMs })} to ${momentText(gap.until, { nowMs })}: ${cell(gap.why)}`);
  }
  return lines.join('\n');
}

function batchMarkdown(batch: BatchView, nowMs: number): string[] {
  const lines = ['', `## ${cell(batch.name)}: ${statusText(batch)}`, ''];
  if (batch.branch !== null) lines.push(`Branch \`${batch.branch}\``, '');
  const wait = waitText(batch, nowMs);
  if (wait !== null) lines.push(cell(wait), '');
  lines.push(
    '| task | status | commit | verification | time | cost | remarks |',
    '| --- | --- | --- | --- | --- | --- | --- |',
  );
  for (const task of batch.tasks) {
    const commit = task.commit === null ? '' : `\`${shortCommit(task.commit)}\``;
    const verdict = task.status === 'completed' ? verdictText(task) : '';
    const remarks = [
      ...(task.status === 'failed' || task.status === 'skipped' ? [failureText(task)] : []),
      ...task.waits.map(
        ({ kind, until }) => `waited (${kind}${until === null ? '' : ` until ${momentText(until, { nowMs })}`})`,
      ),
      ...(task.deniedTools.length > 0 ? [`denied: ${task.deniedTools.join(', ')}`] : []),
    ];
    const row = [
      task.name,
      task.status,
      commit,
      verdict,
      durationText(task.durationMs),
      costText(task.costUsd),
      remarks.join('; '),
    ];
    lines.push(`| ${row.map(cell).join(' | ')} |`);
  }
  const notes = notesOf(batch).map((note) => `- ${cell(note)}`);
  if (notes.length > 0) lines.push('', ...notes);
  return [...lines, ...markdownNext('### Next', batch.next)];
}

function markdownNext(title: string, next: readonly Next[]): string[] {
  return next.length === 0 ? [] : ['', title, '', ...next.map(({ why, command }) => `- ${cell(why)}: \`${command}\``)];
}

/** Text that neither breaks a table nor brings markup of its own. */
function cell(text: string): string {
  return oneLine(text)
    .replaceAll('|', String.raw`\|`)
    .replaceAll('<', '&lt;')
    .replaceAll('[', String.raw`\[`);
}
