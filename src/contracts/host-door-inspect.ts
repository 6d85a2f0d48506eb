/** The part of the host door that looks into what a task left: its logs, its commit, its prompts, its evidence. */
import type { LogAddress } from './host-door.ts';
import type { TaskId } from './ids.ts';
import type { Verdict } from './vocabulary.ts';

/** What to look for in a log. */
export interface LogQuery {
  /** Found as it stands, within one line; 1 to 200 characters. */
  readonly text: string;
  readonly ignoreCase: boolean;
  /** Byte to begin at: 0, or where an earlier search ended. */
  readonly offset: number;
  /** Number of the line at `offset`, from 1. */
  readonly line: number;
  readonly maxMatches: number;
  /** Bytes looked at in one go. */
  readonly maxBytes: number;
}

/** One line with the text in it. */
export interface LogMatch {
  /** Byte at which the line begins. */
  readonly offset: number;
  /** From 1. */
  readonly line: number;
  /** The line, masked; at most 1,000 characters around the first hit. */
  readonly text: string;
}

/** What a search found. */
export interface LogSearchResult {
  readonly matches: readonly LogMatch[];
  /** Where the next search goes on; null: everything was looked at. */
  readonly next: { readonly offset: number; readonly line: number } | null;
  readonly totalBytes: number;
}

/** Where a line begins. */
export interface LogLine {
  /** The one that was asked for, or the last one there is. */
  readonly line: number;
  readonly offset: number;
  readonly totalBytes: number;
}

/** Which change to show. */
export interface DiffRequest {
  readonly projectPath: string;
  /** Commit id, or a ref below `refs/nightloom/`. */
  readonly revision: string;
  readonly ignoreWhitespace: boolean;
  /** Only this file; null: all. */
  readonly path: string | null;
  /** Bytes of all patches together. */
  readonly maxBytes: number;
}

/** One file of a change. Paths from the top of the repository. */
export interface DiffFile {
  readonly path: string;
  /** Where it was before a rename or copy; null: the same place. */
  readonly oldPath: string | null;
  readonly status: 'added' | 'modified' | 'deleted' | 'renamed' | 'copied' | 'type_changed';
  /** True for binary files and for those above 1 MB. */
  readonly binary: boolean;
  /** null for binary files. */
  readonly additions: number | null;
  readonly deletions: number | null;
  /** Unified diff with its header, masked; null: binary, or left out because the patches became too large. */
  readonly patch: string | null;
}

/** A change against what it was made on. */
export interface TaskDiff {
  readonly commit: string;
  /** null: the repository's first commit. */
  readonly base: string | null;
  readonly files: readonly DiffFile[];
  readonly totalFiles: number;
  /** True when files or patches were left out. */
  readonly truncated: boolean;
}

/** A prompt as an agent got it. */
export interface SentPrompt {
  readonly step: string;
  /** Masked; the first 256 KB. */
  readonly text: string;
  readonly bytes: number;
}

/** One command of a round of verification. */
export interface EvidenceCheck {
  readonly command: string;
  readonly exitCode: number | null;
  readonly passed: boolean;
  readonly baseline: 'passed' | 'failed' | 'none';
  readonly timedOut: boolean;
  readonly durationMs: number;
  /** Step whose log has the whole output. */
  readonly step: string;
  /** At most 4 KB, masked. */
  readonly outputTail: string;
}

/** One round of verification: 0 after the agent's work, n after fix round n. */
export interface EvidenceRound {
  readonly round: number;
  readonly verdict: Verdict;
  readonly checks: readonly EvidenceCheck[];
}

/** See `HostDoor`: the same promises about paths and masking. */
export interface InspectDoor {
  /** Lines with a text in them. @throws AppError run_not_found */
  searchLog(address: LogAddress, query: LogQuery): Promise<LogSearchResult>;
  /** Where a line begins. @throws AppError run_not_found */
  findLogLine(address: LogAddress, line: number): Promise<LogLine>;
  /** What a commit changed. @throws AppError diff_not_found, repository_gone, not_a_repository */
  diff(request: DiffRequest): Promise<TaskDiff>;
  /** Prompts of an attempt in the order of their steps; empty when it left none. */
  prompts(task: TaskId, attempt: number): Promise<SentPrompt[]>;
  /** PNG that was taken after an attempt, in base64; null: none was. */
  screenshot(task: TaskId, attempt: number): Promise<string | null>;
  /** Attempts that left one. */
  screenshots(task: TaskId): Promise<number[]>;
  /** Rounds of verification of an attempt; empty when there was none. */
  evidence(task: TaskId, attempt: number): Promise<EvidenceRound[]>;
}
