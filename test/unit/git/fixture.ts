/** A repository with a prepared batch worktree, and shortcuts for the calls that tests repeat. */
import { join } from 'node:path';
import { commitTask } from '../../../src/host/git/commit.ts';
import type { CommitRequest, CommitResult } from '../../../src/host/git/commit.ts';
import { resetForAttempt } from '../../../src/host/git/attempt.ts';
import { prepareWorktree } from '../../../src/host/git/worktree.ts';
import { makeRepository } from '../../support/git-repository.ts';
import type { TestRepository } from '../../support/git-repository.ts';

export const BATCH = 'b_0000000001';
export const TASK = 't_0000000001';
export const OTHER_TASK = 't_0000000002';
export const SHA256 = 'a'.repeat(64);

export interface Fixture {
  readonly repository: TestRepository;
  readonly worktree: string;
  readonly branch: string;
  readonly base: string;
  readonly runDirectory: string;
  /** git in the worktree, as the agent would call it. */
  agent(...args: string[]): Promise<string>;
  /** Writes a file of the worktree, as the agent would. */
  edit(path: string, content: string): Promise<string>;
  commit(overrides?: Partial<CommitRequest>): Promise<CommitResult>;
  /** Shas on our branch that are not in the base. */
  commits(): Promise<string[]>;
}

export async function makeFixture(files?: Readonly<Record<string, string>>): Promise<Fixture> {
  const repository = await makeRepository(files);
  const prepared = await prepareWorktree({
    repository: repository.directory,
    directory: join(repository.root, 'state', 'worktree'),
    batch: BATCH,
    slug: 'evening',
  });
  const { directory: worktree, branch } = prepared;
  const { base } = await resetForAttempt({ directory: worktree, branch, task: TASK });
  const runDirectory = join(repository.root, 'run');
  return {
    repository,
    worktree,
    branch,
    base,
    runDirectory,
    agent: (...args) => repository.git(args, { in: worktree }),
    edit: (path, content) => repository.write(path, content, { in: worktree }),
    commit: (overrides = {}) =>
      commitTask({
        directory: worktree,
        branch,
        base,
        message: 'Auto-commit: first',
        trailers: { task: TASK, batch: BATCH, attempt: 1, requirement: { name: 'first', sha256: SHA256 } },
        intentFile: join(runDirectory, 'intent.json'),
        keepAgentCommits: false,
        hooks: true,
        allowNoChange: false,
        requirementPath: '.claude/commands/first.md',
        ...overrides,
      }),
    commits: async () => {
      const output = await repository.git(['rev-list', `${base}..refs/heads/${branch}`]);
      return output === '' ? [] : output.split('\n');
    },
  };
}
