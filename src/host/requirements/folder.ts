/** The folder that a requirement lies in, made where it is missing, and never outside of its checkout. */
import { mkdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AppError } from '../../contracts/errors.ts';
import { errorCode } from '../runs/run-directory.ts';
import { isGitInternal, isInside, realOrNull, requirementPath } from './names.ts';

/**
 * Absolute path at which a requirement can be written: its folder is real, links followed, and below the checkout. Each
 * missing part is made only after the one above was looked at, so that no link leads the making outside.
 * @throws AppError requirement_name_invalid; requirement_invalid when a link leads outside or into git's own files
 */
export async function writableFile(checkout: string, name: string): Promise<string> {
  const path = requirementPath(name);
  const root = await realOrNull(checkout);
  if (root === null) throw new AppError('repository_gone', `There is no folder ${checkout}.`);
  let folder = root;
  for (const part of dirname(path).split('/')) {
    const next = join(folder, part);
    await mkdir(next).catch(ignoreExisting);
    const real = await realOrNull(next);
    if (real === null || !isInside(root, real) || isGitInternal(root, real)) throw refused(name, next);
    folder = real;
  }
  return join(folder, basename(path));
}

function refused(name: string, folder: string): AppError {
  return new AppError('requirement_invalid', `${requirementPath(name)} cannot be written: ${folder} leads elsewhere.`, {
    details: { name, folder },
  });
}

function ignoreExisting(error: unknown): void {
  if (errorCode(error) === 'EEXIST') return;
  throw error;
}
