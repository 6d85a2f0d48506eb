/** What a commit changed, file by file. Nothing of the repository's configuration runs for it. */
import { AppError } from '../../contracts/errors.ts';
import type { DiffFile, DiffRequest, TaskDiff } from '../../contracts/host-door-inspect.ts';
import type { Masker } from '../../platform/masking.ts';
import { openGit } from '../git/git.ts';
import type { Git } from '../git/git.ts';

/** A commit id, or a ref of ours. */
const REVISION = /^(?:[0-9a-f]{40}|[0-9a-f]{64}|refs\/nightloom\/[\w./-]+)$/;
/** More files are counted and not named. */
const MAX_FILES = 2000;
/** A changed line with what is around it, roughly: changes that will be too large are not read at all. */
const LINE_BYTES = 120;
const MAX_LINES_OF_ONE = 200_000;
const OPTIONS: readonly string[] = ['--no-color', '--no-ext-diff', '--no-textconv', '--find-renames'];
const STATUSES: Readonly<Record<string, DiffFile['status']>> = {
  A: 'added',
  M: 'modified',
  D: 'deleted',
  R: 'renamed',
  C: 'copied',
  T: 'type_changed',
};

/** @throws AppError diff_not_found, and as `Git.run` */
export async function diff(request: DiffRequest, masker: Masker): Promise<TaskDiff> {
  const git = openGit(request.projectPath);
  const commit = REVISION.test(request.revision) ? await resolve(git, `${request.revision}^{commit}`) : null;
  if (commit === null) throw notFound(request.revision);
  const base = await resolve(git, `${commit}^`);
  const from = base ?? (await git.run(['hash-object', '-t', 'tree', '/dev/null'])).trim();
  const ask = (kind: readonly string[], path: string | null): Promise<string> =>
    git.run(
      ['diff', ...kind, ...OPTIONS, ...(request.ignoreWhitespace ? ['--ignore-all-space'] : []), from, commit].concat(
        path === null ? [] : ['--', path],
      ),
    );
  const counts = parseCounts(await ask(['--numstat', '-z'], request.path));
  const files = parseNames(await ask(['--name-status', '-z'], request.path)).map((name) => ({
    ...name,
    ...(counts.get(name.path) ?? { additions: 0, deletions: 0 }),
  }));
  // A file in which only blanks changed has no patch then, so the places of the patches say nothing.
  if (request.ignoreWhitespace) return { commit, base, ...(await oneByOne(files, ask, request.maxBytes, masker)) };
  const lines = files.reduce((sum, file) => sum + (file.additions ?? 0) + (file.deletions ?? 0), 0);
  const isRead = lines * LINE_BYTES <= request.maxBytes * 2 || (request.path !== null && lines <= MAX_LINES_OF_ONE);
  const patches = isRead ? splitPatch(await ask([], request.path)) : new Map<number, string>();
  return { commit, base, ...withPatches(files, patches, request.maxBytes, masker) };
}

type Named = Pick<DiffFile, 'path' | 'oldPath' | 'status'>;
type Counted = Pick<DiffFile, 'additions' | 'deletions'>;

async function resolve(git: Git, revision: string): Promise<string | null> {
  const { exitCode, stdout } = await git.ask(['rev-parse', '--verify', '--quiet', '--end-of-options', revision]);
  return exitCode === 0 ? stdout.trim() : null;
}

function withPatches(
  files: readonly (Named & Counted)[],
  patches: ReadonlyMap<number, string>,
  maxBytes: number,
  masker: Masker,
): Pick<TaskDiff, 'files' | 'totalFiles' | 'truncated'> {
  let left = maxBytes;
  const shown = files.slice(0, MAX_FILES).map((file, at): DiffFile => {
    const binary = file.additions === null;
    const patch = patches.get(at);
    const bytes = patch === undefined ? 0 : Buffer.byteLength(patch);
    if (binary || patch === undefined || bytes > left) return { ...file, binary, patch: null };
    left -= bytes;
    return { ...file, binary, patch: masker.maskText(patch) };
  });
  const truncated = shown.length < files.length || shown.some(({ binary, patch }) => !binary && patch === null);
  return { files: shown, totalFiles: files.length, truncated };
}

/** `<status>\0<path>\0`, for renames and copies with both paths. */
function parseNames(output: string): Named[] {
  const parts = output.split('\0');
  const files: Named[] = [];
  for (let at = 0; at + 1 < parts.length;) {
    const letter = (parts[at] ?? '').charAt(0);
    const isMoved = letter === 'R' || letter === 'C';
    const path = parts[at + (isMoved ? 2 : 1)] ?? '';
    files.push({ path, oldPath: isMoved ? (parts[at + 1] ?? null) : null, status: STATUSES[letter] ?? 'modified' });
    at += isMoved ? 3 : 2;
  }
  return files;
}

/** By path. `<added>\t<removed>\t<path>\0`, for renames with an empty path and both behind it; `-` for binary files. */
function parseCounts(output: string): Map<string, Counted> {
  const parts = output.split('\0');
  const counts = new Map<string, Counted>();
  for (let at = 0; at + 1 < parts.length;) {
    const [added = '', removed = '', ...path] = (parts[at] ?? '').split('\t');
    const number = (text: string): number | null => (text === '-' ? null : Number(text));
    const isMoved = path.join('\t') === '';
    const name = isMoved ? (parts[at + 2] ?? '') : path.join('\t');
    counts.set(name, { additions: number(added), deletions: number(removed) });
    at += isMoved ? 3 : 1;
  }
  return counts;
}

/** Files with their own calls, as many as fit; those without a change are left out. */
async function oneByOne(
  files: readonly (Named & Counted)[],
  ask: (kind: readonly string[], path: string | null) => Promise<string>,
  maxBytes: number,
  masker: Masker,
): Promise<Pick<TaskDiff, 'files' | 'totalFiles' | 'truncated'>> {
  const patches = new Map<number, string>();
  const changed: (Named & Counted)[] = [];
  let left = maxBytes;
  for (const file of files) {
    const isOnlyBlanks = file.status === 'modified' && file.additions === 0 && file.deletions === 0;
    if (isOnlyBlanks) continue;
    if (left > 0 && file.additions !== null) {
      const patch = await ask([], file.path);
      left -= Buffer.byteLength(patch);
      patches.set(changed.length, patch);
    }
    changed.push(file);
  }
  return withPatches(changed, patches, maxBytes, masker);
}

/** Patches by the place of their file. Within a patch no line begins like its header: each has a sign before it. */
function splitPatch(output: string): Map<number, string> {
  const starts = [...output.matchAll(/^diff --git /gm)].map(({ index }) => index);
  return new Map(starts.map((start, at) => [at, output.slice(start, starts[at + 1])]));
}

function notFound(revision: string): AppError {
  return new AppError('diff_not_found', `The repository has no commit ${JSON.stringify(revision.slice(0, 100))}.`);
}
