/** What git's messages mean. They are English, because every call sets `LC_ALL=C`. */
import { AppError } from '../../contracts/errors.ts';
import type { GitResult } from './git.ts';

const TAIL_CHARACTERS = 4_000;

/** Lock file that made a command fail; an empty string when git did not name it; null when it was no lock. */
export function heldLock(stderr: string): string | null {
  const named = /Unable to create '(.+?\.lock)': File exists/.exec(stderr);
  if (named !== null) return named[1] ?? '';
  return /could not lock config file .*: File exists/.test(stderr) ? '' : null;
}

const MEANINGS = [
  [/No space left on device|Disk quota exceeded/, 'disk_low'],
  [/not a git repository|must be run in a work tree|not inside a git/i, 'not_a_repository'],
  [
    /Please tell me who you are|empty ident name|unable to auto-detect email|no (name|email) was given/i,
    'git_identity_missing',
  ],
  [/already (checked out|used by worktree) at/, 'branch_taken'],
] as const;

/**
 * The AppError for a command that failed. What git will not add or commit is `commit_rejected`: that is about this task's
 * work (an empty repository inside it, a hook that says no), so it must not hold the batch.
 */
export function gitFailure(directory: string, args: readonly string[], result: GitResult): AppError {
  const output = `${result.stderr}\n${result.stdout}`.trim();
  const code =
    MEANINGS.find(([pattern]) => pattern.test(result.stderr))?.[1] ??
    (args[0] === 'commit' || args[0] === 'add' ? 'commit_rejected' : 'workspace_broken');
  const command = `git ${args[0] ?? ''}`;
  const said = lastLine(output);
  return new AppError(code, `\`${command}\` failed in ${directory} with exit code ${result.exitCode}: ${said}`, {
    details: { directory, command, exitCode: result.exitCode, output: output.slice(-TAIL_CHARACTERS) },
  });
}

function lastLine(text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  const telling = lines.find((line) => /^(fatal|error):/.test(line)) ?? lines.findLast((line) => line !== '');
  return (telling ?? 'it said nothing').slice(0, 500);
}
