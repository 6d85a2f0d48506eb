/** The part of the host door that commits and pushes a checkout because the user asks for it. Free of zod. */
import type { ProjectId } from './ids.ts';

/** One git command, taken apart: nothing of the caller's text becomes an option of git. */
export type GitStep =
  /** Adds to the index: everything that is not ignored, changed tracked files, or paths below the checkout. */
  | { readonly kind: 'add'; readonly what: 'everything' | 'tracked' | readonly string[] }
  /** `message` is a template; `all` adds changed tracked files first. */
  | { readonly kind: 'commit'; readonly message: string; readonly all: boolean }
  /** null: the branch's own remote (else `origin`), and the branch that is checked out. */
  | { readonly kind: 'push'; readonly remote: string | null; readonly branch: string | null };

/** What is to be done. */
export interface CommitAndPushRequest {
  readonly project: ProjectId;
  readonly projectName: string;
  readonly steps: readonly GitStep[];
  /** For the templates. */
  readonly requirementName: string;
  /** Template of what `{commitMessage}` stands for. */
  readonly commitMessage: string;
}

/** How one step ended. */
export interface GitStepResult {
  readonly status: 'done' | 'nothing_to_commit' | 'failed' | 'skipped';
  /** What git said, masked, at most 4,000 characters. */
  readonly output: string;
}

/** How it ended. */
export interface CommitAndPushResult {
  /** Of each step; after one that failed the others are skipped. */
  readonly results: readonly GitStepResult[];
  readonly branch: string;
  /** The commit that was made; null: none. */
  readonly commit: string | null;
  /** What was there is at the remote, whoever brought it. */
  readonly pushed: boolean;
  /** The remote had commits of its own: ours were put on top of them. */
  readonly rebased: boolean;
}

/** Part of the host door. */
export interface GitDoor {
  /**
   * Does the steps in the checkout, in order, with the repository's hooks. A push that the remote refuses because it has
   * other commits is tried once more after a rebase; nothing is ever forced.
   * @throws AppError checkout_in_use (a batch works there), detached_head, repository_gone, git_busy, workspace_broken
   */
  commitAndPush(projectPath: string, request: CommitAndPushRequest): Promise<CommitAndPushResult>;
}
