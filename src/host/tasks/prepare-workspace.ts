/** Makes the workspace of a batch in a project: tree, copied files, set-up, baseline. Once, and again after any crash. */
import { rm } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { requireTrusted } from '../../contracts/project-trust.ts';
import { soloTaskOf } from '../../contracts/ids.ts';
import { traitsOf } from '../../contracts/kinds.ts';
import type { WorkOrder } from '../../contracts/order.ts';
import type { Settings } from '../../contracts/settings.ts';
import type { AgentAccount, Policy, WorkspaceState } from '../../contracts/state.ts';
import { agentAccounts } from '../agents/accounts.ts';
import { discardWork } from '../git/attempt.ts';
import { startInPlace } from '../git/in-place.ts';
import { prepareDetachedWorktree, prepareWorktree } from '../git/worktree.ts';
import { copyIgnored } from '../project/copy-ignored.ts';
import { freezeSettings, readFrozenSettings } from '../project/frozen-settings.ts';
import { resolveSettings } from '../project/settings.ts';
import { forgetSetup, runSetup } from '../project/setup.ts';
import { fence } from '../runs/terminate.ts';
import { workspacePaths } from '../project/workspace-paths.ts';
import type { WorkspacePaths } from '../project/workspace-paths.ts';
import { redCommands, takeBaseline } from '../verify/baseline.ts';
import { workspaceMarkerPrefix, workspacePlace } from '../verify/run-place.ts';
import { takeCheckout } from './checkout-claim.ts';
import { assertDiskFree } from './disk.ts';
import type { HostContext } from './host-context.ts';
import { environmentOfCommands, readWorkspaceNote, writeWorkspaceNote } from './workspace.ts';
import { failpoint } from '../../platform/failpoint.ts';

/**
 * Prepares the workspace. `signal` ends the waiting for set-up and baseline, not their runs.
 * @throws AppError project_untrusted, setup_failed, verify_command_missing, invalid_settings, repository_gone, no_commit, branch_taken,
 * checkout_dirty, checkout_in_use, detached_head, git_busy, disk_low, run_lost, cancelled
 */
export async function prepareWorkspace(
  context: HostContext,
  order: WorkOrder,
  signal: AbortSignal,
): Promise<WorkspaceState> {
  await assertDiskFree([context.paths.home, order.projectPath]);
  const files = workspacePaths(context.paths, order.batch, order.project);
  const settings = await settingsFor(context, order, files);
  if (onlyLooks(order)) return await lookAt(context, order, files, settings);
  const tree =
    settings.workspace.mode === 'worktree'
      ? await makeWorktree(context, order, files, settings)
      : await useCheckout(context, order, files, settings);
  failpoint('workspace:after-worktree');
  const place = workspacePlace(context.paths, context.installation, order.batch, order.project);
  const shared = {
    place,
    cwd: tree.directory,
    env: environmentOfCommands(context, settings),
    masker: context.masker,
    signal,
  };
  await runSetup({ ...shared, commands: settings.setup });
  failpoint('workspace:after-setup');
  const baseline = await takeBaseline({ ...shared, file: files.baselineFile, commands: settings.verify });
  if (settings.workspace.mode === 'worktree' && tree.isNew) await discardWork(tree.directory, tree.branch);
  writeWorkspaceNote(files, { v: 1, branch: tree.branch, base: tree.base, directory: tree.directory });
  failpoint('workspace:after-note');
  return {
    branch: settings.git.commit ? tree.branch : null,
    base: tree.base,
    policy: toPolicy(context, settings),
    redBaseline: redCommands(baseline),
  };
}

/** True for a task by itself of a kind that changes nothing: several of one project work side by side. */
function onlyLooks(order: WorkOrder): boolean {
  return soloTaskOf(order.batch) !== null && traitsOf(order.kind).changes === 'never';
}

/** A tree without a branch; nothing is set up in it, and nothing is verified but the answer. */
async function lookAt(
  context: HostContext,
  order: WorkOrder,
  files: WorkspacePaths,
  settings: Settings,
): Promise<WorkspaceState> {
  const { projectPath, batch } = order;
  const { directory, base } = await prepareDetachedWorktree({ repository: projectPath, directory: files.tree, batch });
  failpoint('workspace:after-worktree');
  writeWorkspaceNote(files, { v: 1, branch: null, base, directory });
  failpoint('workspace:after-note');
  return { branch: null, base, policy: { ...toPolicy(context, settings), delivery: 'branch' }, redBaseline: [] };
}

/**
 * What is frozen once the preparation has ended. Before that corrected settings count, which is how a failing set-up is
 * mended; what ran under other settings is forgotten, because its runs are told apart by number only.
 */
async function settingsFor(context: HostContext, order: WorkOrder, files: WorkspacePaths): Promise<Settings> {
  const frozen = await readFrozenSettings(files.settingsFile);
  if (frozen !== null && readWorkspaceNote(files) !== null) return frozen.settings;
  const resolved = await resolveSettings({
    home: context.paths.home,
    checkout: order.projectPath,
    dashboard: {},
    flags: order.overrides,
  });
  requireTrusted(order.projectPath, resolved.projectFileSha256, order.trustedSha256);
  if (frozen !== null && !isDeepStrictEqual(frozen.said, resolved.said)) {
    await fence(workspaceMarkerPrefix(context.installation, order.batch));
    await rm(files.runs, { recursive: true, force: true });
    await rm(files.settingsFile, { force: true });
  }
  return (await freezeSettings(files.settingsFile, resolved)).settings;
}

interface Tree {
  readonly directory: string;
  readonly branch: string;
  readonly base: string;
  /** True until the preparation has ended once: what it left in the tree is nobody's work. */
  readonly isNew: boolean;
}

async function makeWorktree(
  context: HostContext,
  order: WorkOrder,
  files: WorkspacePaths,
  settings: Settings,
): Promise<Tree> {
  const hasNote = readWorkspaceNote(files) !== null;
  const made = await prepareWorktree({
    repository: order.projectPath,
    directory: files.tree,
    batch: order.batch,
    slug: slugOf(order.batchName),
  });
  if (made.created) await forgetSetup(context.paths, order.batch, order.project);
  await copyIgnored({ checkout: order.projectPath, tree: made.directory, patterns: settings.workspace.copy });
  return { directory: made.directory, branch: made.branch, base: made.base, isNew: !hasNote || made.created };
}

async function useCheckout(
  context: HostContext,
  order: WorkOrder,
  files: WorkspacePaths,
  settings: Settings,
): Promise<Tree> {
  takeCheckout(context.paths, order);
  const known = readWorkspaceNote(files);
  if (known !== null && known.branch !== null) return { ...known, branch: known.branch, isNew: false };
  const start = await startInPlace(order.projectPath, { allowChanges: !settings.git.commit });
  return { directory: order.projectPath, branch: start.branch, base: start.base, isNew: true };
}

/** Lower-case letters, digits and dashes of a name; never empty. */
function slugOf(name: string): string {
  const slug = name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 50)
    .replaceAll(/-+$/g, '');
  return slug === '' ? 'batch' : slug;
}

/** The agents with their accounts; empty when only one may work. */
function agentsFor(context: HostContext, settings: Settings): AgentAccount[] {
  if (settings.agent.fallback.length === 0) return [];
  return agentAccounts(context.environment.raw, settings);
}

function toPolicy(context: HostContext, settings: Settings): Policy {
  const agents = agentsFor(context, settings);
  return {
    maxAttempts: settings.attempts,
    maxFixes: settings.limits.maxFixes,
    maxContinuations: settings.agent.maxContinuations,
    onUsageLimit: settings.limits.onUsageLimit,
    extraUsage: settings.limits.extraUsage,
    maxWaitMs: settings.limits.maxWaitMs,
    agent: settings.agent.name,
    ...(agents.length === 0 ? {} : { agents }),
    agentTimeoutMs: settings.agent.timeoutMs,
    verifyCommands: settings.verify.length,
    verifyTimeoutMs: settings.verify.reduce((sum, each) => sum + each.timeoutMs, 0),
    git: settings.git.commit,
    delivery: settings.delivery.mode,
  };
}
