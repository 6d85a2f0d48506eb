/** Shortcuts for tests that let a batch run and look at what came of it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TaskId } from '../../src/contracts/ids.ts';
import type { SettingsOverrides } from '../../src/contracts/settings.ts';
import type { BatchState, TaskDetails } from '../../src/contracts/state.ts';
import type { AttemptRecord } from '../../src/contracts/state.ts';
import type { OnFailure } from '../../src/contracts/vocabulary.ts';
import type { TestRepository } from './git-repository.ts';
import { requirementFile, script } from './installation.ts';
import type { TestInstallation } from './installation.ts';
import type { TestBatch, TestProject } from './test-project.ts';

/** A batch that was run to its end. */
export interface Night extends TestBatch {
  readonly project: TestProject;
  readonly repository: TestRepository;
  readonly state: BatchState;
}

/** Requirement files of a new repository: name -> lines of its script. */
export type Scripts = Readonly<Record<string, readonly string[]>>;

/** Files of a repository with these requirements, tracked. */
export function filesOf(scripts: Scripts): Record<string, string> {
  const entries = Object.entries(scripts).map(([name, lines]) => [requirementFile(name), script(name, ...lines)]);
  return { 'README.md': '# Test\n', ...Object.fromEntries(entries) };
}

/** Makes a project with these requirements and a batch of all of them, and starts it. */
export async function startNight(
  installation: TestInstallation,
  scripts: Scripts,
  flags: SettingsOverrides = {},
  onFailure: OnFailure = 'continue',
): Promise<TestBatch & { project: TestProject; repository: TestRepository }> {
  const project = await installation.project(filesOf(scripts));
  const made = await project.createBatch(Object.keys(scripts), flags, onFailure);
  await installation.command(made.batch, 'start');
  return { ...made, project, repository: project.repository };
}

/** As {@link startNight}, and waits for its end. */
export async function runNight(
  installation: TestInstallation,
  scripts: Scripts,
  flags: SettingsOverrides = {},
  onFailure: OnFailure = 'continue',
): Promise<Night> {
  const started = await startNight(installation, scripts, flags, onFailure);
  const state = await installation.until(started.batch, (each) => each.status === 'completed');
  return { ...started, state };
}

/** What is recorded of a task. */
export async function recorded(installation: TestInstallation, task: TaskId | undefined): Promise<TaskDetails> {
  const row = task === undefined ? null : await installation.store.tasks.get(task);
  if (row === null || row.details === null) throw new Error(`Nothing is recorded of ${task ?? 'no task'}.`);
  return row.details;
}

/** All attempts of a task, oldest first. */
export async function attemptsOf(
  installation: TestInstallation,
  task: TaskId | undefined,
): Promise<readonly AttemptRecord[]> {
  return task === undefined ? [] : await installation.store.tasks.attempts(task);
}

/** Statuses in the order of the list. */
export function statuses(state: BatchState): string[] {
  return state.tasks.map((task) => task.status);
}

/** Subjects of the commits that the batch's branch has over `main`, newest first. */
export async function subjects(repository: TestRepository, branch = 'nightloom/night'): Promise<string[]> {
  const log = await repository.git(['log', '--format=%s', `main..${branch}`]);
  return log === '' ? [] : log.split('\n');
}

/** Paths in a commit. */
export async function pathsIn(repository: TestRepository, commit: string): Promise<string[]> {
  return (await repository.git(['ls-tree', '-r', '--name-only', commit])).split('\n');
}

/** The agent's session that a run of an attempt was started with. */
export function sessionOfRun(installation: TestInstallation, task: TaskId, attempt: number, step: string): string {
  const file = join(installation.context.paths.runs, task, String(attempt), step, 'agent.json');
  const facts: unknown = JSON.parse(readFileSync(file, 'utf8'));
  return typeof facts === 'object' && facts !== null && 'sessionId' in facts ? String(facts.sessionId) : '';
}
