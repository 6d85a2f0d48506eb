/** Whether the shell would find a command's program, without running it. */
import { exec } from '../../platform/exec.ts';

const ASSIGNMENT = /^[A-Za-z_][A-Za-z0-9_]*=/;
/** What a shell treats in a special way; a word that holds one of these cannot be judged from outside. */
const SPECIAL = /["'`$\\(){}<>|&;*?[\]~#!]/;

/**
 * The word that names the program of a shell command: the first that is no assignment. null when the command begins
 * with something that only the shell itself can tell (quotes, expansions, groups).
 */
export function programWord(command: string): string | null {
  for (const word of command.trim().split(/\s+/)) {
    if (word === '') return null;
    const bare = word.replace(/[;&|]+$/, '');
    if (SPECIAL.test(bare) || bare === '') return null;
    if (!ASSIGNMENT.test(bare)) return bare;
  }
  return null;
}

/** Asks the shell: true also for its built-ins and keywords, and for paths of executables relative to `cwd`. */
export async function shellFinds(word: string, cwd: string, env: Readonly<Record<string, string>>): Promise<boolean> {
  const result = await exec(['/bin/sh', '-c', 'command -v "$1" >/dev/null', 'sh', word], {
    cwd,
    env,
    timeoutMs: 10_000,
  });
  return result.exitCode === 0;
}
