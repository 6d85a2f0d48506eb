/** What is kept of GitHub on the host: what an attempt began with, and where the work on an issue stands. */
import { join } from 'node:path';
import { z } from 'zod';
import type { ProjectId, TaskId } from '../../../contracts/ids.ts';
import type { StatePaths } from '../../../platform/paths.ts';
import { makePrivateDirectory, readJson, writeJson } from '../../runs/run-directory.ts';

const SnapshotSchema = z.object({
  v: z.literal(1),
  /** What the agent is told; empty where none is. */
  prompt: z.string(),
  title: z.string(),
  /** The branch that a pull request goes to. */
  base: z.string(),
  pull: z.object({ head: z.string(), sha: z.string(), isOwn: z.boolean() }).nullable(),
  hidden: z.array(z.string()),
  session: z.object({ id: z.string(), costUsd: z.number().nullable() }).nullable(),
});
/** What an attempt began with. */
export type Snapshot = z.infer<typeof SnapshotSchema>;

const IssueNoteSchema = z.object({
  v: z.literal(1),
  /** Task whose tree and branch it is. */
  owner: z.string(),
  directory: z.string(),
  branch: z.string(),
  session: z.object({ id: z.string(), costUsd: z.number().nullable() }).nullable(),
});
/** Where the work on an issue stands. */
export type IssueNote = z.infer<typeof IssueNoteSchema>;

const TreeNoteSchema = z.object({
  v: z.literal(1),
  owner: z.string(),
  directory: z.string(),
  branch: z.string(),
  base: z.string(),
  baselineFile: z.string(),
});
/** The tree of one task. */
export type TreeNote = z.infer<typeof TreeNoteSchema>;

type Attempt = { readonly task: TaskId; readonly attempt: number };
type RunPaths = Pick<StatePaths, 'runs'>;

/** Keeps what an attempt begins with. */
export function writeSnapshot(paths: RunPaths, attempt: Attempt, snapshot: Snapshot): void {
  const folder = join(paths.runs, attempt.task, String(attempt.attempt));
  makePrivateDirectory(folder);
  writeJson(join(folder, 'github.json'), snapshot);
}

/** What the attempt began with; null before it was checked out. */
export function readSnapshot(paths: RunPaths, attempt: Attempt): Snapshot | null {
  const value = readJson(join(paths.runs, attempt.task, String(attempt.attempt), 'github.json'));
  return SnapshotSchema.safeParse(value).data ?? null;
}

/** Keeps the tree of a task. */
export function writeTreeNote(paths: RunPaths, task: TaskId, note: TreeNote): void {
  makePrivateDirectory(join(paths.runs, task));
  writeJson(join(paths.runs, task, 'tree.json'), note);
}

/** The tree of a task; null before it was checked out. */
export function readTreeNote(paths: RunPaths, task: TaskId): TreeNote | null {
  return TreeNoteSchema.safeParse(readJson(join(paths.runs, task, 'tree.json'))).data ?? null;
}

type Issue = { readonly project: ProjectId; readonly number: number };

/** Keeps where the work on an issue stands. */
export function writeIssueNote(paths: Pick<StatePaths, 'home'>, issue: Issue, note: IssueNote): void {
  const folder = join(paths.home, 'github', issue.project);
  makePrivateDirectory(folder);
  writeJson(join(folder, `${issue.number}.json`), note);
}

/** Where the work on an issue stands; null: nothing was done yet. */
export function readIssueNote(paths: Pick<StatePaths, 'home'>, issue: Issue): IssueNote | null {
  const value = readJson(join(paths.home, 'github', issue.project, `${issue.number}.json`));
  return IssueNoteSchema.safeParse(value).data ?? null;
}
