/** `down --purge`: takes away everything that is ours, after listing it. */
import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { AppError } from '../contracts/errors.ts';
import { REF_PREFIXES } from '../contracts/names.ts';
import { exec, succeeded } from '../platform/exec.ts';
import type { CliContext } from './context.ts';
import { connect } from './connect.ts';
import { confirmed } from './output.ts';
import { counted, shellWord } from './render/text.ts';
import { findStack } from './stack.ts';

const OUR_REFS = 'refs/nightloom/';

/** What is ours in one repository. */
interface RepositoryPlan {
  readonly path: string;
  /** Refs that are removed: salvage, work in progress, kept tips. */
  readonly refs: readonly string[];
  /** Branches of batches: the user's results, so they stay. */
  readonly branches: readonly string[];
}

/** What a purge would do. */
export interface PurgePlan {
  readonly repositories: readonly RepositoryPlan[];
  /** Shows the list and asks; `yes`: only shows. */
  agreed(yes: boolean): Promise<boolean>;
}

/** Collects what is ours. The repositories are known only while a stack runs; their worktrees go in any case. */
export async function planPurge(context: CliContext): Promise<PurgePlan> {
  const repositories = await Promise.all((await projectPaths(context)).map((path) => planRepository(context, path)));
  return {
    repositories,
    agreed: async (yes) => {
      context.note((await planLines(context, repositories)).join('\n'));
      if (yes) return true;
      if (context.interactive) return confirmed('Remove all of this?');
      throw new AppError('invalid_input', 'Nothing was removed: nobody is there to be asked.', {
        details: { next: 'nightloom down --purge --yes' },
      });
    },
  };
}

/** Removes what the plan lists. The stack must have ended. */
export async function purge(context: CliContext, plan: PurgePlan): Promise<void> {
  await rm(context.paths.home, { recursive: true, force: true, maxRetries: 3 });
  for (const { path, refs } of plan.repositories) {
    await git(context, path, ['worktree', 'prune']);
    for (const ref of refs) await git(context, path, ['update-ref', '-d', ref]);
  }
  context.print(`Removed ${context.paths.home}.`);
}

async function projectPaths(context: CliContext): Promise<string[]> {
  if ((await findStack(context)) === null) return [];
  const { client } = await connect(context);
  const { items } = await client.call('listProjects');
  return items.map((project) => project.path).filter((path) => existsSync(path));
}

async function planRepository(context: CliContext, path: string): Promise<RepositoryPlan> {
  const [refs, branches] = await Promise.all([
    listRefs(context, path, OUR_REFS),
    listRefs(context, path, REF_PREFIXES.branch),
  ]);
  return { path, refs, branches: branches.map((ref) => ref.slice('refs/heads/'.length)) };
}

async function listRefs(context: CliContext, path: string, prefix: string): Promise<string[]> {
  const output = await git(context, path, ['for-each-ref', '--format=%(refname)', prefix]);
  return output.split('\n').filter((line) => line !== '');
}

async function git(context: CliContext, path: string, args: readonly string[]): Promise<string> {
  const env = { ...context.environment.raw, GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0', LC_ALL: 'C' };
  const result = await exec(['git', '-c', 'core.fsmonitor=false', '-C', path, ...args], { cwd: '/', env });
  return succeeded(result) ? result.stdout : '';
}

async function planLines(context: CliContext, repositories: readonly RepositoryPlan[]): Promise<string[]> {
  const { home } = context.paths;
  const entries = existsSync(home) ? await readdir(home) : [];
  const lines = ['This will be removed:', `  ${home}  (${entries.join(', ')})`];
  for (const { path, refs } of repositories) {
    lines.push(
      `  ${path}: worktrees of ours${refs.length === 0 ? '' : `, ${counted(refs.length, 'ref')} below ${OUR_REFS}`}`,
    );
  }
  lines.push('It holds the database, logs, tokens, kept work and every batch that is not done.');
  const results = repositories.filter(({ branches }) => branches.length > 0);
  if (results.length > 0) lines.push('These branches hold your results and stay:');
  for (const { path, branches } of results) {
    lines.push(
      ...branches.map((branch) => `  git -C ${shellWord(path)} branch -D ${shellWord(branch)}   # would remove it`),
    );
  }
  return lines;
}
