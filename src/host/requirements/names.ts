/** Names of requirements and the files they stand for. */
import { lstat, realpath } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { AppError } from '../../contracts/errors.ts';

/** Folder of the requirement files, from the top of a checkout. */
export const REQUIREMENTS_FOLDER = '.claude/commands';

/** Bound of a path in bytes; file systems allow 255 per part. */
const MAX_PART_BYTES = 255;
const MAX_NAME_BYTES = 1_024;
const FORBIDDEN = /[\p{Cc}\\]/u;

/**
 * Checks a name: file name without `.md`, with `/` for subfolders. Spaces, emoji and leading dashes are fine; control
 * characters, backslashes, empty parts and parts that begin with a dot are not.
 * @throws AppError requirement_name_invalid
 */
export function checkRequirementName(name: string): void {
  const reason = nameProblem(name);
  if (reason === null) return;
  throw new AppError('requirement_name_invalid', `${JSON.stringify(name)} is no requirement name: ${reason}.`, {
    details: { name, reason },
  });
}

function nameProblem(name: string): string | null {
  if (name.trim() === '') return 'it is empty';
  if (FORBIDDEN.test(name)) return 'it holds a control character or a backslash';
  if (!name.isWellFormed()) return 'it is not valid Unicode';
  if (name.startsWith('/')) return 'it is an absolute path';
  const parts = name.split('/');
  if (parts.some((part) => part === '')) return 'a part of it is empty';
  if (parts.some((part) => part.startsWith('.'))) return 'a part of it begins with a dot';
  const longest = Math.max(...parts.map((part) => Buffer.byteLength(part)));
  if (longest > MAX_PART_BYTES || Buffer.byteLength(parts.at(-1) ?? '') > MAX_PART_BYTES - 3) return 'it is too long';
  return Buffer.byteLength(name) > MAX_NAME_BYTES ? 'it is too long' : null;
}

/**
 * Path of a requirement from the top of its checkout, with `/`.
 * @throws AppError requirement_name_invalid
 */
export function requirementPath(name: string): string {
  checkRequirementName(name);
  return `${REQUIREMENTS_FOLDER}/${name}.md`;
}

/**
 * Where a requirement's file is, if the folder it lies in is inside `checkout` also after following links. The last part
 * may be a link itself or missing.
 * @returns absolute path; null when there is no such folder or it leads outside
 * @throws AppError requirement_name_invalid
 */
export async function containedFile(checkout: string, name: string): Promise<string | null> {
  const file = join(checkout, requirementPath(name));
  const [root, folder] = await Promise.all([realOrNull(checkout), realOrNull(join(file, '..'))]);
  const isOurs = root !== null && folder !== null && isInside(root, folder) && !isGitInternal(root, folder);
  return isOurs ? file : null;
}

/** True if something is at `file`, also a broken link. */
export async function isThere(file: string): Promise<boolean> {
  return lstat(file).then(
    () => true,
    () => false,
  );
}

/** True if `path` is `root` or below it; both real paths. */
export function isInside(root: string, path: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : `${root}${sep}`);
}

/** True if `path`, a real path below `root`, lies in git's own folder. */
export function isGitInternal(root: string, path: string): boolean {
  return relative(root, path)
    .split(sep)
    .some((part) => part.toLowerCase() === '.git');
}

/** Real path; null when it does not exist. */
export async function realOrNull(path: string): Promise<string | null> {
  return realpath(path).catch(() => null);
}
