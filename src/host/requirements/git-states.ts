/** Whether requirement files are tracked: one git call for all of them. */
import type { RequirementInfo } from '../../contracts/host-door.ts';
import type { Git } from '../git/git.ts';
import { latin1, readStatus } from '../git/status.ts';

/** State of the file with that path from the top. */
export type GitStateOf = (path: string) => RequirementInfo['gitState'];

/**
 * States of everything at or below `path`. A path that git does not name is tracked and unchanged.
 * @throws AppError not_a_repository, repository_gone
 */
export async function gitStates(git: Git, path: string): Promise<GitStateOf> {
  const status = await readStatus(git, { untracked: 'all', ignored: true, paths: [path] });
  const exact = new Map(status.entries.map((entry) => [entry.path, entry.kind]));
  // An ignored folder is named once, with a slash at its end, instead of its files.
  const ignoredFolders = status.entries.map((entry) => entry.path).filter((entry) => entry.endsWith('/'));
  return (wanted) => {
    const name = latin1(wanted);
    const kind = exact.get(name);
    if (kind === 'untracked' || kind === 'ignored') return kind;
    if (kind !== undefined) return 'modified';
    return ignoredFolders.some((folder) => name.startsWith(folder)) ? 'ignored' : 'tracked';
  };
}
