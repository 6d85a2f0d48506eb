/** Whether the demo's night ended exactly as it had to. */
import { BatchViewSchema, TaskDetailSchema } from '../src/contracts/views.ts';
import type { BatchView, TaskDetail } from '../src/contracts/views.ts';
import { DEMO_TASKS, git } from './demo-project.ts';
import type { DemoTask } from './demo-project.ts';

/** The batch object in the output of `run --json`; null if there is none. */
export function parseBatch(text: string): BatchView | null {
  const parsed = BatchViewSchema.safeParse(parseJson(text));
  return parsed.success ? parsed.data : null;
}

/** The task in the output of `task show --json`; null if there is none. */
export function parseTask(text: string): TaskDetail | null {
  const parsed = TaskDetailSchema.safeParse(parseJson(text));
  return parsed.success ? parsed.data : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** What is wrong with a task, in sentences; nothing if it is as expected. */
export function taskMistakes(expected: DemoTask, task: TaskDetail | null): string[] {
  const { name, expect } = expected;
  if (task === null) return [`${name}: is not in the batch`];
  const mistakes: string[] = [];
  const check = (holds: boolean, text: string): void => {
    if (!holds) mistakes.push(`${name}: ${text}`);
  };
  const completed = expect.status === 'completed';
  const fixes = task.attemptList.reduce((sum, attempt) => sum + attempt.fixes, 0);
  const waited = task.waits.some((wait) => wait.kind === 'usage_limit');
  check(task.status === expect.status, `${task.status} instead of ${expect.status}`);
  check(task.verified === (completed ? 'passed' : 'failed'), `verification is "${task.verified}"`);
  check((task.commit !== null) === completed, completed ? 'has no commit' : 'has a commit although it failed');
  check(fixes > 0 === expect.fixed, expect.fixed ? 'met no fix round' : `met ${fixes} fix rounds`);
  check(waited === expect.limited, expect.limited ? 'met no usage limit' : 'met a usage limit');
  check(task.attempts === 1, `spent ${task.attempts} attempts`);
  return mistakes;
}

/** What is wrong with the repository, in sentences. `start` is the commit that the user was on. */
export async function repositoryMistakes(directory: string, branch: string, start: string): Promise<string[]> {
  const mistakes: string[] = [];
  const [head, log, status, files] = await Promise.all([
    git(directory, ['rev-parse', 'main']),
    git(directory, ['rev-list', `${start}..${branch}`]),
    git(directory, ['status', '--porcelain']),
    git(directory, ['ls-tree', '-r', '--name-only', branch, '.claude/commands']),
  ]);
  const expected = DEMO_TASKS.filter((task) => task.expect.status === 'completed').length;
  const commits = log.split('\n').filter((line) => line !== '').length;
  const left = DEMO_TASKS.filter((task) => task.expect.status === 'failed').map(
    (task) => `.claude/commands/${task.name}.md`,
  );
  if (head !== start) mistakes.push("the user's branch has moved");
  if (status !== '') mistakes.push(`the checkout was changed: ${status}`);
  if (commits !== expected) mistakes.push(`the branch has ${commits} commits instead of ${expected}`);
  if (files !== left.join('\n'))
    mistakes.push(`requirements left on the branch: ${files} instead of ${left.join(', ')}`);
  return mistakes;
}
