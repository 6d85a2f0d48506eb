/**
 * Looks at worktrees that are begun before they are asked for: between two tasks of a batch the answer goes to the server
 * and the next order comes back, and git is done meanwhile.
 */
import { openGit } from './git.ts';
import { readStatus } from './status.ts';
import type { Status } from './status.ts';

/** Older than this a look says nothing of the tree any more. From a task's end to the next one's start it takes 40 ms. */
const MAX_AGE_MS = 300;

/** Looks of this process, by directory. */
export interface Glances {
  /** Begins to look at a worktree that nobody works in; replaces an earlier look. Never throws. */
  begin(directory: string): void;
  /**
   * The look that was begun a moment ago, once; null when there is none, or it failed. Untracked folders are named as a
   * whole.
   */
  take(directory: string): Promise<Status | null>;
}

/** No looks yet. `now` in milliseconds, of a clock that nobody sets; default the process's own. */
export function createGlances(now: () => number = () => performance.now()): Glances {
  const looks = new Map<string, { readonly sinceMs: number; readonly status: Promise<Status | null> }>();
  return {
    begin: (directory) => {
      const status = readStatus(openGit(directory), { untracked: 'normal' }).catch(() => null);
      looks.set(directory, { sinceMs: now(), status });
    },
    take: async (directory) => {
      const look = looks.get(directory);
      looks.delete(directory);
      return look === undefined || now() - look.sinceMs > MAX_AGE_MS ? null : await look.status;
    },
  };
}
