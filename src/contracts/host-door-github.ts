/** What the API asks of a host about news on GitHub: part of the host door. Tokens stay on the host. */
import type { ProjectId } from './ids.ts';
import type { SettingsOverrides } from './settings.ts';

/** Which project, with what dashboard and trust say about it. */
export interface GithubAsker {
  readonly id: ProjectId;
  readonly name: string;
  /** Real path of the checkout. */
  readonly path: string;
  readonly settings: SettingsOverrides;
  /** sha256 of the project file that the user trusted; null: there was none. */
  readonly trustedSha256: string | null;
}

/** How far the news were read. */
export interface GithubPosition {
  /** RFC 3339; null: from the beginning. */
  readonly issuesSince: string | null;
  readonly issuesEtag: string | null;
  /** RFC 3339; null: only what is written from now on. */
  readonly commentsSince: string | null;
  readonly commentsEtag: string | null;
}

/** Something that asks for a task. */
export interface GithubTrigger {
  /** The same for the same event, however it was heard of. */
  readonly key: string;
  readonly kind: 'process-issue' | 'process-comment' | 'process-pr';
  readonly params: Readonly<Record<string, unknown>>;
  /** What the task is called. */
  readonly name: string;
  /** 0 is the most urgent. */
  readonly rank: number;
  /** Number of a pull request that is over: open tasks about it are cancelled first. Absent: none is. */
  readonly ends?: number;
}

/** What is new. */
export interface GithubNews {
  /** False: the project does not want to be told. */
  readonly wanted: boolean;
  /** Most urgent first. */
  readonly triggers: readonly GithubTrigger[];
  /** To be given the next time, once the triggers are queued. */
  readonly position: GithubPosition;
  /** When to ask again, in milliseconds. */
  readonly pollIntervalMs: number;
  /** True: there is more; ask again at once. */
  readonly more: boolean;
}

/** Part of the host door. */
export interface GithubDoor {
  /** Asks GitHub for what changed. @throws AppError github_*, invalid_settings, project_untrusted */
  githubNews(project: GithubAsker, position: GithubPosition): Promise<GithubNews>;
  /**
   * What one issue or pull request, and one comment, ask for now; `repository` (`owner/name`) must be the project's.
   * @throws AppError github_*, invalid_settings, project_untrusted
   */
  githubLook(
    project: GithubAsker,
    at: { readonly repository: string; readonly number: number; readonly comment: number | null },
  ): Promise<readonly GithubTrigger[]>;
}
