/** The part of the host door that tells how the verification commands ended before anybody worked. */
import type { BatchId, ProjectId } from './ids.ts';

/** One verification command in the untouched workspace of a batch. */
export interface BaselineRun {
  /** `waiting`: it did not begin yet, or never will because the preparation ended before. */
  readonly status: 'waiting' | 'running' | 'ended';
  /** null: it has not ended, a signal ended it, or its time was over. */
  readonly exitCode: number | null;
  readonly timedOut: boolean;
  /** null until it has ended. */
  readonly durationMs: number | null;
  /** At most 4 KB, masked; of a running one what is there by now. */
  readonly outputTail: string;
}

/** See `HostDoor`: the same promises about paths and masking. */
export interface TrialDoor {
  /** The first `count` verification commands of the workspace, in their order; starts nothing. */
  baselineRuns(of: {
    readonly batch: BatchId;
    readonly project: ProjectId;
    readonly count: number;
  }): Promise<BaselineRun[]>;
}
