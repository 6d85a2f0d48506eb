/** What is at a path that somebody types: nothing is registered, and a mistake is an answer. */
import { isAbsolute } from 'node:path';
import type { z } from 'zod';
import { ERRORS } from '../../contracts/error-catalogue.ts';
import { AppError } from '../../contracts/errors.ts';
import type { ProjectCheckSchema } from '../../contracts/project-routes.ts';
import type { ApiDeps } from '../deps.ts';

type PathCheck = z.infer<typeof ProjectCheckSchema>;

/** Never throws for what is wrong with the path. @throws AppError host_offline */
export async function checkPath({ door, store, host }: ApiDeps, path: string): Promise<PathCheck> {
  if (!isAbsolute(path)) return refused(path, new AppError('invalid_input', 'A path begins with a slash.'));
  try {
    const found = await door.checkProject(path);
    const known = (await store.projects.list()).find((each) => each.path === found.path && each.host === host);
    const { name, branch, head, uncommittedFiles } = found;
    return {
      ok: true,
      path: found.path,
      name,
      branch,
      head,
      uncommittedFiles,
      projectId: known?.id ?? null,
      problem: null,
    };
  } catch (error) {
    if (!AppError.is(error) || error.category === 'transient' || error.category === 'internal') throw error;
    return refused(path, error);
  }
}

function refused(path: string, { code, message }: AppError): PathCheck {
  const nothing = { name: null, branch: null, head: null, uncommittedFiles: null, projectId: null };
  return { ok: false, path, ...nothing, problem: { code, message, hint: ERRORS[code].hint } };
}
