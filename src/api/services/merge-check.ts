/** Whether branches are merged: asks git at most every few seconds, because views are drawn often. */
import type { HostDoor } from '../../contracts/host-door.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/logger.ts';

const KEPT_MS = 3000;
const MAX_KEPT = 1000;

/** See {@link createMergeCheck}. */
export interface MergeCheck {
  /** null when the host cannot say (repository or branch gone). */
  isMerged(projectPath: string, branch: string): Promise<boolean | null>;
}

/** A check that keeps answers for 3 s. */
export function createMergeCheck(door: HostDoor, clock: Clock, logger: Logger): MergeCheck {
  const known = new Map<string, { answer: Promise<boolean | null>; atMs: number }>();
  const ask = async (projectPath: string, branch: string): Promise<boolean | null> => {
    try {
      return await door.isMerged(projectPath, branch);
    } catch (err) {
      logger.debug({ err, branch }, 'cannot say whether a branch is merged');
      return null;
    }
  };
  return {
    isMerged: async (projectPath, branch) => {
      const key = JSON.stringify([projectPath, branch]);
      const nowMs = clock.monotonicMs();
      const before = known.get(key);
      if (before !== undefined && nowMs - before.atMs < KEPT_MS) return await before.answer;
      if (known.size >= MAX_KEPT) known.clear();
      const answer = ask(projectPath, branch);
      known.set(key, { answer, atMs: nowMs });
      return await answer;
    },
  };
}
