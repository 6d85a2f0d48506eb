/** Lists the requirement files of a checkout. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../contracts/errors.ts';
import type { RequirementInfo } from '../../contracts/host-door.ts';
import { mapAtOnce } from '../../platform/at-once.ts';
import { openGit } from '../git/git.ts';
import { gitStates } from './git-states.ts';
import { checkRequirementName, isInside, realOrNull, REQUIREMENTS_FOLDER } from './names.ts';
import { infoOf, readFileOf } from './read.ts';

/** Deeper folders are not looked into; also the bound for links that lead in a circle. */
const MAX_DEPTH = 8;
const AT_ONCE = 16;

/**
 * All requirement files of a checkout, sorted by name: also those that cannot be run or only when named. Names that no
 * command could give (control characters, leading dots) are left out.
 * @throws AppError not_a_repository, repository_gone
 */
export async function listRequirements(checkout: string): Promise<RequirementInfo[]> {
  const [states, names] = await Promise.all([gitStates(openGit(checkout), REQUIREMENTS_FOLDER), listNames(checkout)]);
  const found = await mapAtOnce(names, AT_ONCE, async (name) => {
    const file = await readFileOf(checkout, name);
    return file === null ? [] : [infoOf(file, states(`${REQUIREMENTS_FOLDER}/${name}.md`))];
  });
  return found.flat();
}

async function listNames(checkout: string): Promise<string[]> {
  const folder = join(checkout, REQUIREMENTS_FOLDER);
  const [root, real] = await Promise.all([realOrNull(checkout), realOrNull(folder)]);
  if (root === null || real === null || !isInside(root, real)) return [];
  const names = await namesBelow(folder, '', 0);
  return names.filter(isUsable).toSorted();
}

async function namesBelow(folder: string, prefix: string, depth: number): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const names: string[] = [];
  for (const entry of entries) {
    const name = `${prefix}${entry.name}`;
    if (entry.isDirectory()) {
      if (depth < MAX_DEPTH) names.push(...(await namesBelow(join(folder, entry.name), `${name}/`, depth + 1)));
    } else if (entry.name.endsWith('.md')) names.push(name.slice(0, -3));
  }
  return names;
}

function isUsable(name: string): boolean {
  try {
    checkRequirementName(name);
    return true;
  } catch (error) {
    if (AppError.is(error, 'requirement_name_invalid')) return false;
    throw error;
  }
}
