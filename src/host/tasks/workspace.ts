/** The workspace that an order works in, once it was prepared. */
import { AppError } from '../../contracts/errors.ts';
import type { WorkOrder } from '../../contracts/order.ts';
import type { Settings } from '../../contracts/settings.ts';
import type { AgentName, WorkspaceMode } from '../../contracts/vocabulary.ts';
import { agentEnvironment } from '../agents/environment.ts';
import { readFrozenSettings } from '../project/frozen-settings.ts';
import { traitsOf } from '../../contracts/kinds.ts';
import { readTreeNote } from '../kinds/github/notes.ts';
import { workspacePaths } from '../project/workspace-paths.ts';
import type { WorkspacePaths } from '../project/workspace-paths.ts';
import { isRecord, readJson, writeJson } from '../runs/run-directory.ts';
import type { HostContext } from './host-context.ts';

/** A prepared workspace. */
export interface Workspace {
  readonly mode: WorkspaceMode;
  /** Top of the tree that the task changes. */
  readonly directory: string;
  /** Top of the user's checkout; the same as `directory` in place. */
  readonly checkout: string;
  /** Branch that carries the commits; null: HEAD is detached, and nothing is committed. */
  readonly branch: string | null;
  /** Where the branch began. */
  readonly base: string;
  readonly settings: Settings;
  readonly files: WorkspacePaths;
}

/** What is kept of a workspace in its state file. */
export interface WorkspaceNote {
  readonly v: 1;
  readonly branch: string | null;
  readonly base: string;
  readonly directory: string;
}

/** Keeps the note; its presence means that worktree and settings are there. */
export function writeWorkspaceNote(files: WorkspacePaths, note: WorkspaceNote): void {
  writeJson(files.stateFile, note);
}

/** The note of a prepared workspace; null before. */
export function readWorkspaceNote(files: WorkspacePaths): WorkspaceNote | null {
  const value = readJson(files.stateFile);
  if (!isRecord(value)) return null;
  const { branch, base, directory } = value;
  if ((typeof branch !== 'string' && branch !== null) || typeof base !== 'string' || typeof directory !== 'string')
    return null;
  return { v: 1, branch, base, directory };
}

/** The workspace of an order: the batch's, or the task's own tree. @throws AppError workspace_broken when it was not prepared */
export async function openWorkspace(context: HostContext, order: WorkOrder): Promise<Workspace> {
  const workspace = await openBatchWorkspace(context, order);
  const own = traitsOf(order.kind).prepares ? readTreeNote(context.paths, order.task) : null;
  if (own === null) return workspace;
  const { directory, branch, base, baselineFile } = own;
  return { ...workspace, mode: 'worktree', directory, branch, base, files: { ...workspace.files, baselineFile } };
}

/** The workspace of the order's batch. @throws AppError workspace_broken when it was not prepared */
export async function openBatchWorkspace(context: HostContext, order: WorkOrder): Promise<Workspace> {
  const files = workspacePaths(context.paths, order.batch, order.project);
  const note = readWorkspaceNote(files);
  const frozen = await readFrozenSettings(files.settingsFile);
  if (note === null || frozen === null) {
    throw new AppError('workspace_broken', `The workspace of batch ${order.batch} was not prepared here.`);
  }
  const { settings } = frozen;
  return {
    // A task that only looks has a tree of its own also where the project works in place.
    mode: note.branch === null ? 'worktree' : settings.workspace.mode,
    directory: note.directory,
    checkout: order.projectPath,
    branch: note.branch,
    base: note.base,
    settings,
    files,
  };
}

/** Environment of the agent in a workspace. */
export function environmentOfAgent(
  context: HostContext,
  settings: Settings,
  additions: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return environmentFor(context, settings, settings.agent.name, additions);
}

/** Environment of set-up and verification: that of an agent without credentials. */
export function environmentOfCommands(context: HostContext, settings: Settings): Record<string, string> {
  return environmentFor(context, settings, 'command', {});
}

function environmentFor(
  context: HostContext,
  settings: Settings,
  agent: AgentName,
  additions: Readonly<Record<string, string>>,
): Record<string, string> {
  return agentEnvironment({ base: context.environment.raw, agent, additions, projectEnv: settings.env });
}
