/** Copies ignored files of the user's checkout, for example `.env`, into a new workspace. */
import { constants } from 'node:fs';
import { cp, glob, lstat, mkdir, readlink, realpath, rename, rm } from 'node:fs/promises';
import { dirname, isAbsolute, join, normalize, relative, resolve, sep } from 'node:path';
import { AppError } from '../../contracts/errors.ts';
import { openGit } from '../git/git.ts';

/** What to copy from where to where. */
export interface CopyRequest {
  /** Top of the user's checkout. */
  readonly checkout: string;
  /** Top of the workspace. */
  readonly tree: string;
  /** `workspace.copy`: paths or globs below the checkout. */
  readonly patterns: readonly string[];
}

/** What became of the patterns. */
export interface CopyResult {
  readonly copied: readonly string[];
  /** Patterns that nothing fits. */
  readonly missing: readonly string[];
}

const MAX_ENTRIES = 1000;

/**
 * Copies what fits the patterns and is not in the workspace yet: files and folders, cloned where the file system can.
 * @throws AppError setup_failed when a path leads out of the checkout or the workspace (`..`, symbolic links), into
 * `.git`, or to something that git does not ignore (it would be committed)
 */
export async function copyIgnored(request: CopyRequest): Promise<CopyResult> {
  const checkout = await realpath(request.checkout);
  const tree = await realpath(request.tree);
  const paths = new Set<string>();
  const missing: string[] = [];
  for (const pattern of request.patterns) {
    const found = await matches(checkout, pattern);
    if (found.length === 0) missing.push(pattern);
    for (const path of found) paths.add(path);
  }
  if (paths.size > MAX_ENTRIES) throw refused(`workspace.copy fits ${paths.size} files; at most ${MAX_ENTRIES}`);
  await checkIgnored(checkout, [...paths]);
  const copied: string[] = [];
  for (const path of paths) {
    if (await copyOne(checkout, tree, path)) copied.push(path);
  }
  return { copied, missing };
}

async function matches(checkout: string, pattern: string): Promise<string[]> {
  const path = normalize(pattern).replace(/\/+$/, '');
  const parts = path.split(sep);
  if (isAbsolute(path) || path === '.' || parts.includes('..')) {
    throw refused(`workspace.copy: ${JSON.stringify(pattern)} leads out of the checkout`);
  }
  if (parts.includes('.git')) throw refused(`workspace.copy: ${JSON.stringify(pattern)} leads into .git`);
  if ((await lstat(join(checkout, path)).catch(() => null)) !== null) return [path];
  if (!/[*?[{]/.test(path)) return [];
  const found: string[] = [];
  for await (const each of glob(path, { cwd: checkout, exclude: ['**/.git', '**/.git/**'] })) found.push(each);
  return found.toSorted();
}

/** Whether git ignores them is asked of the checkout, whose ignore rules are the newest. */
async function checkIgnored(checkout: string, paths: readonly string[]): Promise<void> {
  if (paths.length === 0) return;
  const input = paths.map((path) => `./${path}\0`).join('');
  // It knows no literal pathspecs, which our environment asks for; `./` keeps a leading colon from being magic.
  const asked = await openGit(checkout).ask(['--no-literal-pathspecs', 'check-ignore', '-z', '--stdin'], { input });
  if (asked.exitCode > 1) throw refused(`git could not say what it ignores: ${asked.stderr.trim()}`);
  const ignored = new Set(asked.stdout.split('\0').map((path) => path.replace(/^\.\//, '')));
  const exposed = paths.filter((path) => !ignored.has(path));
  if (exposed.length === 0) return;
  const list = exposed.slice(0, 5).map((path) => JSON.stringify(path));
  throw refused(`workspace.copy: git does not ignore ${list.join(', ')}, so it would be committed`);
}

/** False when it is there already. */
async function copyOne(checkout: string, tree: string, path: string): Promise<boolean> {
  const from = join(checkout, path);
  const to = join(tree, path);
  await assertInside(checkout, dirname(from), path);
  if ((await lstat(to).catch(() => null)) !== null) return false;
  await assertInside(tree, await nearestFolder(dirname(to)), path);
  // Beside the workspace first, then moved: a copy that was cut off must not look like one that is there already.
  const draft = `${tree}.copy`;
  try {
    await rm(draft, { recursive: true, force: true });
    await cp(from, draft, {
      recursive: true,
      verbatimSymlinks: true,
      mode: constants.COPYFILE_FICLONE,
      filter: (source) => mayBeCopied(checkout, source),
    });
    await mkdir(dirname(to), { recursive: true });
    await rename(draft, to);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return true;
}

/** Sockets and pipes are left out. */
async function mayBeCopied(checkout: string, source: string): Promise<boolean> {
  await assertLinkInside(checkout, source);
  const found = await lstat(source);
  return found.isFile() || found.isDirectory() || found.isSymbolicLink();
}

async function nearestFolder(folder: string): Promise<string> {
  let at = folder;
  while ((await lstat(at).catch(() => null)) === null) at = dirname(at);
  return at;
}

async function assertInside(root: string, folder: string, path: string): Promise<void> {
  const real = await realpath(folder);
  if (!isInside(root, real)) throw refused(`workspace.copy: ${JSON.stringify(path)} leads through a link to ${real}`);
}

/** Links are copied as they are: an absolute one would lead the agent from its workspace into the user's checkout. */
async function assertLinkInside(checkout: string, source: string): Promise<void> {
  if (!(await lstat(source)).isSymbolicLink()) return;
  const target = await readlink(source);
  if (!isAbsolute(target) && isInside(checkout, resolve(dirname(source), target))) return;
  const name = JSON.stringify(relative(checkout, source));
  throw refused(`workspace.copy: the link ${name} leads to ${JSON.stringify(target)}, out of the workspace`);
}

function isInside(root: string, path: string): boolean {
  return path === root || path.startsWith(root + sep);
}

function refused(message: string): AppError {
  return new AppError('setup_failed', `${message}.`, { details: { key: 'workspace.copy' } });
}
