/**
 * The host door: everything the API may ask of the machine where projects and agents are. `src/host/door` implements
 * it on files; `up` injects it, so it works while the host worker is dead.
 */
import type { GitDoor } from './host-door-git.ts';
import type { InspectDoor } from './host-door-inspect.ts';
import type { PreviewDoor } from './host-door-preview.ts';
import type { RequirementChangeDoor } from './host-door-requirements.ts';
import type { GithubDoor } from './host-door-github.ts';
import type { TrialDoor } from './host-door-trial.ts';
import type { KindsDoor } from './host-door-kinds.ts';
import type { BatchId, ProjectId, TaskId } from './ids.ts';
import type { AgentInfo } from './agent-routes.ts';
import type { DoctorCheck } from './doctor-routes.ts';
import type { AgentAccount } from './state.ts';
import type { Settings, SettingOrigin, SettingsOverrides } from './settings.ts';
import type { Phase } from './vocabulary.ts';

/** A requirement file as it lies in the user's checkout. */
export interface RequirementInfo {
  /** File name without `.md`; with `/` for subfolders of `.claude/commands`. */
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
  /** First heading or first line, at most 200 characters. */
  readonly title: string;
  readonly gitState: 'tracked' | 'modified' | 'untracked' | 'ignored';
  /** Slash commands are never part of a default or of --all; `slashCommandReason` says what makes it one. */
  readonly slashCommandReason: string | null;
  /** Why it cannot be run (empty, too large, not UTF-8); null if it can. */
  readonly problem: string | null;
}

/** What a check of a project found. */
export interface ProjectCheck {
  /** Real path of the repository's top level. */
  readonly path: string;
  readonly name: string;
  readonly head: string;
  /** null when HEAD is detached. */
  readonly branch: string | null;
  /** Uncommitted changes (tracked and untracked) that are no part of a batch's base. */
  readonly uncommittedFiles: number;
  readonly uncommittedTracked: number;
}

/** One finding of the check before a start. */
export interface PreflightFinding {
  readonly level: 'error' | 'warning' | 'info';
  /** Error code of the catalogue where `level` is error, else a word. */
  readonly code: string;
  readonly message: string;
  /** Command that repairs it; null when there is none. */
  readonly repair: string | null;
}

/** Requirement whose bytes are kept on the host under their sha256. */
export interface FrozenRequirement {
  readonly name: string;
  readonly sha256: string;
  readonly title: string;
}

/** Resolved settings of a project and where each value comes from. */
export interface ResolvedConfiguration {
  readonly settings: Settings;
  readonly origins: readonly SettingOrigin[];
  /** sha256 of the project file's bytes; null without one. */
  readonly projectFileSha256: string | null;
}

/** What a run is doing now; from its `progress.json`. */
export interface RunProgress {
  readonly phase: Phase;
  readonly step: string;
  readonly turns: number;
  /** What the agent used last; of a handler: what it said last with `progress`. */
  readonly lastTool: string | null;
  readonly tokens: number | null;
  readonly costUsd: number | null;
  /** Bytes of stdout read so far. */
  readonly logBytes: number;
  /** RFC 3339 time of the last output. */
  readonly lastOutputAt: string | null;
  readonly updatedAt: string;
}

/** One run (step of an attempt) that left a log. */
export interface LogInfo {
  readonly attempt: number;
  /** For example `agent`, `fix-1`, `verify-0-1`. */
  readonly step: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly exitCode: number | null;
  readonly stdoutBytes: number;
  readonly stderrBytes: number;
}

/** A range of a log, masked; `nextOffset` is where the next read goes on, in bytes of the file. */
export interface LogRange {
  readonly text: string;
  readonly offset: number;
  readonly nextOffset: number;
  readonly totalBytes: number;
  /** True when the run has ended and everything was read. */
  readonly ended: boolean;
}

/** Names a log file of a run. */
export interface LogAddress {
  readonly task: TaskId;
  readonly attempt: number;
  readonly step: string;
  readonly stream: 'stdout' | 'stderr';
}

/** What clean-up would remove or removed. */
export interface PruneItem {
  readonly kind: 'run' | 'branch' | 'worktree' | 'salvage_ref' | 'input' | 'undo';
  readonly name: string;
  readonly bytes: number | null;
  /** Why it may go, or (with `kept`) why it stays. */
  readonly reason: string;
  readonly kept: boolean;
}

/** The door. All paths are resolved and contained; all text that leaves a run directory is masked. */
export interface HostDoor
  extends KindsDoor, GithubDoor, PreviewDoor, RequirementChangeDoor, InspectDoor, GitDoor, TrialDoor {
  /** @throws AppError not_a_repository, no_commit, repository_gone */
  checkProject(path: string): Promise<ProjectCheck>;
  /** Requirements of a checkout, sorted by name. */
  listRequirements(projectPath: string): Promise<RequirementInfo[]>;
  /** @throws AppError requirement_not_found, requirement_name_invalid, requirement_invalid */
  readRequirement(projectPath: string, name: string): Promise<{ info: RequirementInfo; text: string }>;
  /** Keeps the bytes under their sha256. @throws AppError requirement_not_found, requirement_name_invalid, requirement_invalid */
  freezeRequirement(projectPath: string, name: string): Promise<FrozenRequirement>;
  /** @throws AppError invalid_settings with every mistake */
  configuration(
    projectPath: string,
    overrides: { dashboard: SettingsOverrides; flags: SettingsOverrides },
  ): Promise<ResolvedConfiguration>;
  /**
   * The agents of these settings, the preferred one first, with the accounts that they log in to: the same text for the
   * same account, no secret.
   */
  accounts(settings: Settings): Promise<AgentAccount[]>;
  /** The agents of this machine, whether they are installed and logged in. */
  agents(): Promise<AgentInfo[]>;
  /** What this machine needs besides agents: programs, who commits, the state directory, room. */
  machineChecks(): Promise<DoctorCheck[]>;
  /** What the night needs: agent, login, git identity, base, commands, disk. */
  preflight(projectPath: string, settings: Settings): Promise<PreflightFinding[]>;
  /** Progress of a task's current run; null when there is none. */
  progress(task: TaskId): Promise<RunProgress | null>;
  /** All runs of a task, in order. */
  logs(task: TaskId): Promise<LogInfo[]>;
  /** At most `maxBytes` (default 256 KB) from `offset`; a negative offset counts from the end. @throws AppError run_not_found */
  readLog(address: LogAddress, offset: number, maxBytes?: number): Promise<LogRange>;
  /** Branches of the batch already merged into the checkout's HEAD, for the report. */
  isMerged(projectPath: string, branch: string): Promise<boolean>;
  /** Names of requirements resolved on our undelivered branches, with the branch. */
  undelivered(projectPath: string): Promise<{ name: string; sha256: string; branch: string }[]>;
  /** Removes (or with `dryRun` only lists) merged branches, old runs, expired refs; never unmerged work, nor anything of `openBatches`. */
  prune(options: {
    projects: { id: ProjectId; path: string }[];
    openBatches: BatchId[];
    dryRun: boolean;
    maxAgeMs: number;
  }): Promise<PruneItem[]>;
}
