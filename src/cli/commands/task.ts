/** `nightloom task list|show|cancel|retry` */
import type { AttemptView, TaskDetail } from '../../contracts/views.ts';
import { TASK_STATUSES } from '../../contracts/vocabulary.ts';
import { connect } from '../connect.ts';
import type { Handler } from '../context.ts';
import { newCommandId, operand, outputOptions, printEither } from '../output.ts';
import { taskLine, taskTable } from '../render/batch.ts';
import type { RenderOptions } from '../render/batch.ts';
import { clip, columns, counted, oneLine } from '../render/text.ts';
import { bytesText, costText, durationText, momentText } from '../render/time.ts';
import { resolveProject } from '../repository.ts';
import { allTasks, resolveBatch, resolveTask } from '../resolve.ts';
import { answerLines } from './batch-control.ts';
import { oneOf } from './batch.ts';

interface ListFlags {
  readonly project?: string;
  readonly batch?: string;
  readonly status?: string;
  readonly json?: boolean;
}

/** Lists tasks, newest first; `--json`: an array. */
export const listTasks: Handler<ListFlags> = async (context, flags) => {
  const status = flags.status === undefined ? undefined : oneOf('--status', flags.status, TASK_STATUSES);
  const { client } = await connect(context);
  const project = flags.project === undefined ? null : await resolveProject(context, client, flags.project);
  const batch = flags.batch === undefined ? null : await resolveBatch(context, client, flags.batch);
  const tasks = await allTasks(client, {
    ...(status === undefined ? {} : { status }),
    ...(project === null ? {} : { project: project.id }),
    ...(batch === null ? {} : { batch }),
  });
  printEither(context, flags.json, tasks, () => taskTable(tasks));
  return 0;
};

/** Shows a task with its attempts and logs. */
export const showTask: Handler<{ json?: boolean }> = async (context, flags, args) => {
  const { client } = await connect(context);
  const id = await resolveTask(context, client, operand(args, 0));
  const task = await client.call('getTask', { params: { id } });
  printEither(context, flags.json, task, () => taskLines(task, outputOptions(context)));
  return 0;
};

/** Cancels one task. */
export const cancelTask: Handler<{ json?: boolean }> = async (context, flags, args) => {
  const { client } = await connect(context);
  const id = await resolveTask(context, client, operand(args, 0));
  const answer = await client.call('cancelTask', { params: { id }, body: { commandId: newCommandId() } });
  printEither(context, flags.json, answer, () => answerLines(answer));
  return 0;
};

/** Queues one task again. */
export const retryTask: Handler<{ json?: boolean }> = async (context, flags, args) => {
  const { client } = await connect(context);
  const id = await resolveTask(context, client, operand(args, 0));
  const answer = await client.call('retryTask', { params: { id }, body: { commandId: newCommandId() } });
  printEither(context, flags.json, answer, () => answerLines(answer));
  return 0;
};

/** Everything about one task. */
export function taskLines(task: TaskDetail, options: RenderOptions): string[] {
  const { style } = options;
  const lines = [taskLine(task, options), style.dim(`${task.id} in ${oneLine(task.batchName)} (${task.batchId})`)];
  if (task.commit !== null) lines.push(`Commit ${task.commit}`);
  if (task.salvageRef !== null) lines.push(`Work kept: ${task.salvageRef}`);
  for (const check of task.verification) lines.push(checkLine(check, options));
  if (task.deniedTools.length > 0) {
    lines.push(`Denied (allow with \`agent.allowedTools\` or --allow): ${oneLine(task.deniedTools.join(', '))}`);
  }
  lines.push(...task.notes.map(oneLine));
  for (const attempt of task.attemptList) lines.push('', ...attemptLines(attempt, options));
  if (task.logs.length === 0) return lines;
  const logs = task.logs.map(({ attempt, step, exitCode, stdoutBytes, stderrBytes }) => [
    `  attempt ${attempt}`,
    step,
    exitCode === null ? '' : `exit ${exitCode}`,
    bytesText(stdoutBytes + stderrBytes),
  ]);
  return [...lines, '', `Logs (nightloom logs ${task.id} --attempt N --step S)`, ...columns(logs)];
}

function attemptLines(attempt: AttemptView, { style, nowMs }: RenderOptions): string[] {
  const ended = attempt.endedAt === null ? 'running' : (attempt.outcome ?? 'ended');
  const end = attempt.endedAt === null ? nowMs : Date.parse(attempt.endedAt);
  const facts = [
    `started ${momentText(attempt.startedAt, { nowMs })}`,
    durationText(end - Date.parse(attempt.startedAt)),
    attempt.turns === null ? '' : counted(attempt.turns, 'turn'),
    attempt.fixes === 0 ? '' : counted(attempt.fixes, 'fix round'),
    costText(attempt.costUsd),
  ];
  const lines = [
    `${style.strong(`Attempt ${attempt.number}`)} (${attempt.agent}): ${ended}`,
    `  ${facts.filter((fact) => fact !== '').join(', ')}`,
  ];
  if (attempt.message !== null && attempt.message !== '') lines.push(`  ${clip(oneLine(attempt.message), 300)}`);
  return lines;
}

function checkLine(check: TaskDetail['verification'][number], { style }: RenderOptions): string {
  const mark = check.passed ? style.good('✓') : style.bad('✗');
  const end = check.timedOut ? 'timed out' : check.exitCode === null ? 'ended by a signal' : `exit ${check.exitCode}`;
  const before = check.baseline === 'failed' ? ', failed before this task too' : '';
  return `${mark} ${clip(oneLine(check.command), 80)}  ${end}, ${durationText(check.durationMs)}${before}`;
}
