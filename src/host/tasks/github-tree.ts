/**
 * The working tree of a task about GitHub: one of its own, on a branch of its own that begins at what GitHub has. The
 * batch's tree and branch stay out of it, so that a pull request holds one issue's work and nothing else.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../contracts/errors.ts';
import type { WorkOrder } from '../../contracts/order.ts';
import { openGit } from '../git/git.ts';
import { readOwnership } from '../git/ownership.ts';
import { prepareWorktree } from '../git/worktree.ts';
import { REMOTE } from '../github/open.ts';
import { discardWork } from '../git/attempt.ts';
import { copyIgnored } from '../project/copy-ignored.ts';
import { runSetup } from '../project/setup.ts';
import { makePrivateDirectory } from '../runs/run-directory.ts';
import { takeBaseline } from '../verify/baseline.ts';
import { workspaceMarkerPrefix } from '../verify/run-place.ts';
import type { RunPlace } from '../verify/run-place.ts';
import type { HostContext } from './host-context.ts';
import { environmentOfCommands } from './workspace.ts';
import type { Workspace } from './workspace.ts';
import type { IssueNote, TreeNote } from '../kinds/github/notes.ts';
import { failpoint } from '../../platform/failpoint.ts';

const FETCH_TIMEOUT_MS = 600_000;
const FETCHED = 'refs/nightloom/github/';

/** Fetches a ref of the remote; its commit. @throws AppError github_unreachable, git_busy, repository_gone */
export async function fetchRef(checkout: string, ref: string, name: string): Promise<string> {
  const git = openGit(checkout);
  const to = `${FETCHED}${name}`;
  const args = ['fetch', '--no-tags', '--no-write-fetch-head', '--', REMOTE, `+${ref}:${to}`];
  const ended = await git.ask(args, { timeoutMs: FETCH_TIMEOUT_MS });
  if (ended.exitCode !== 0) {
    const said = ended.stderr.trim().slice(-300);
    throw new AppError('github_unreachable', `Fetching ${ref} from "${REMOTE}" failed: ${said}`);
  }
  return (await git.run(['rev-parse', '--verify', `${to}^{commit}`])).trim();
}

/** What a tree is made of. */
export interface TreeRequest {
  /** The batch's workspace: its settings count. */
  readonly workspace: Workspace;
  /** `issue-12`, `pull-7`. */
  readonly slug: string;
  /** Commit at which a new branch begins. */
  readonly base: string;
  /** Branch and tree to go on with; null: new ones. */
  readonly known: IssueNote | null;
  readonly signal: AbortSignal;
}

/**
 * Makes the tree or finds it, with set-up and baseline like the tree of a batch. May die at any point and be called again.
 * @throws AppError already_claimed (another task works in that tree), and what the preparation of a workspace throws
 */
export async function prepareTaskTree(context: HostContext, order: WorkOrder, request: TreeRequest): Promise<TreeNote> {
  const { workspace, slug, base, known, signal } = request;
  const { settings, checkout } = workspace;
  const owner = known?.owner ?? order.task;
  const directory = known?.directory ?? join(context.paths.worktrees, 'github', order.project, `${slug}-${order.task}`);
  await assertFree(directory, order);
  const made = await prepareWorktree({ repository: checkout, directory, batch: owner, slug, base });
  failpoint('checkout:after-tree');
  const runs = join(context.paths.runs, order.batch, `${order.project}~${order.task}`);
  makePrivateDirectory(join(context.paths.runs, order.task));
  const baselineFile = join(context.paths.runs, order.task, 'baseline.json');
  if (made.created) await rm(runs, { recursive: true, force: true });
  await copyIgnored({ checkout, tree: made.directory, patterns: settings.workspace.copy });
  const place: RunPlace = {
    directory: (step) => join(runs, step),
    marker: (step) => `${workspaceMarkerPrefix(context.installation, order.batch)}${order.task}/${step}`,
  };
  const env = environmentOfCommands(context, settings);
  const shared = { place, cwd: made.directory, env, masker: context.masker, signal };
  await runSetup({ ...shared, commands: settings.setup });
  await takeBaseline({ ...shared, file: baselineFile, commands: settings.verify });
  if (made.created) await discardWork(made.directory, made.branch);
  failpoint('checkout:after-setup');
  return { v: 1, owner, directory: made.directory, branch: made.branch, base: made.base, baselineFile };
}

async function assertFree(directory: string, order: WorkOrder): Promise<void> {
  const holder = (await readOwnership(directory))?.task ?? null;
  if (holder === null || holder === order.task) return;
  throw new AppError('already_claimed', `Task ${holder} works on the same issue or pull request, in ${directory}.`);
}
