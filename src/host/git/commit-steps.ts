/** The single git steps of a task's commit. */
import { AppError } from '../../contracts/errors.ts';
import { TRAILERS } from '../../contracts/names.ts';
import { gitDirectories } from './git-directories.ts';
import { readFreshMessage, readHeadFile } from './git-files.ts';
import type { Git, GitRunOptions } from './git.ts';
import type { CommitIntent } from './intent.ts';
import { withTrailers } from './message.ts';
import type { CommitTrailers } from './message.ts';
import type { Status, StatusEntry } from './status.ts';

/** Adding many or large files can be silent for long. */
const ADD_TIMEOUT_MS = 600_000;
const HOOKS_TIMEOUT_MS = 600_000;

/** Adds everything but ignored files; starts nothing when the index has it all. */
export async function stageAll(git: Git, status: Status): Promise<void> {
  if (!status.entries.some(isUnstaged)) return;
  await git.run(['add', '--all'], { timeoutMs: ADD_TIMEOUT_MS });
}

/** Adds changed tracked files and those untracked files that `untrackedBefore` (names as latin1) does not hold. */
export async function stageListed(git: Git, status: Status, untrackedBefore: ReadonlySet<string>): Promise<void> {
  const paths = status.entries.filter((entry) => isUnstaged(entry) && !untrackedBefore.has(entry.path));
  if (paths.length === 0) return;
  const input = paths.map((entry) => `${entry.path}\0`).join('');
  const options: GitRunOptions = { input, encoding: 'latin1', timeoutMs: ADD_TIMEOUT_MS };
  await git.run(['add', '--all', '--pathspec-from-file=-', '--pathspec-file-nul'], options);
}

function isUnstaged(entry: StatusEntry): boolean {
  return entry.tree !== '.';
}

/** What {@link commitStaged} needs. */
export interface StagedCommit {
  readonly message: string;
  readonly trailers: CommitTrailers;
  readonly hooks: boolean;
  readonly timeoutMs?: number;
}

/**
 * Commits the index. A hook that drops our trailers gets them put back: without them the commit could not be found again.
 * @throws AppError commit_rejected, git_identity_missing, git_busy, workspace_broken
 */
export async function commitStaged(git: Git, request: StagedCommit): Promise<string> {
  const message = withTrailers(request.message, request.trailers);
  // An empty commit is decided on before; here --allow-empty covers allowNoChange and agents' commits that are kept.
  const args = ['commit', '--allow-empty', '--cleanup=whitespace', '-F', '-'];
  if (!request.hooks) args.push('--no-verify');
  const options = {
    config: ['core.abbrev=40', 'commit.status=false'],
    timeoutMs: request.timeoutMs ?? HOOKS_TIMEOUT_MS,
  };
  const output = await git.run(args, { ...options, input: message, hooks: request.hooks });
  if (!request.hooks) return committedSha(output);
  const untouched = await shaIfUntouched(git.directory, output, message);
  if (untouched !== null) return untouched;
  const [sha, task] = await headAndTask(git);
  if (task === request.trailers.task) return sha;
  const hookMessage = await git.run(['log', '-n', '1', '--format=%B', 'HEAD']);
  const amended = await git.run(
    ['commit', '--amend', '--allow-empty', '--no-verify', '--cleanup=whitespace', '-F', '-'],
    {
      ...options,
      input: withTrailers(hookMessage, request.trailers),
    },
  );
  return committedSha(amended);
}

/** The new commit when it is still HEAD and says what we said: then no hook has changed anything, or there are none. */
async function shaIfUntouched(directory: string, output: string, message: string): Promise<string | null> {
  const sha = shaIn(output);
  const places = sha === null ? null : await gitDirectories(directory);
  if (sha === null || places === null || (await readHeadFile(places)) !== sha) return null;
  return (await readFreshMessage(places.commonDirectory, sha)) === message ? sha : null;
}

async function headAndTask(git: Git): Promise<[string, string]> {
  const output = await git.run(['log', '-n', '1', `--format=%H%x00${trailerFormat(TRAILERS.task)}`, 'HEAD']);
  const [sha = '', task = ''] = output.trimEnd().split('\0');
  return [sha, task];
}

function committedSha(output: string): string {
  const sha = shaIn(output);
  if (sha !== null) return sha;
  throw new AppError('workspace_broken', 'git commit did not say which commit it made.', {
    details: { output: output.slice(-1_000) },
  });
}

/** `git commit` prints `[branch sha] subject`; core.abbrev=40 makes the sha whole. */
function shaIn(output: string): string | null {
  return /^\[[^\n]*?\b([0-9a-f]{40}|[0-9a-f]{64})\] /m.exec(output)?.[1] ?? null;
}

/**
 * The commit that an interrupted call made: among the newest `depth` commits after the intent's parent, the one on that
 * parent with the attempt's trailers that was not there before. null when there is none.
 */
export async function findOwnCommit(git: Git, intent: CommitIntent, depth: number): Promise<string | null> {
  const format = ['%H', '%P', trailerFormat(TRAILERS.task), trailerFormat(TRAILERS.attempt)].join('%x00');
  const output = await git.run(['log', '-n', String(depth), '-z', `--format=${format}%x00`, `${intent.parent}..HEAD`]);
  const fields = output.split('\0');
  for (let at = 0; at + 3 < fields.length; at += 5) {
    const [sha = '', parents = '', task = '', attempt = ''] = fields.slice(at, at + 4);
    const ours = task === intent.task && attempt === String(intent.attempt);
    if (ours && parents === intent.parent && sha !== intent.headBefore) return sha;
  }
  return null;
}

function trailerFormat(key: string): string {
  return `%(trailers:key=${key},valueonly,separator=%x2C)`;
}
