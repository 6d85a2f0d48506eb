/** What git processes of ours see of the environment. */
import { readEnvironment } from '../../platform/environment.ts';

/** Variables that change what git does; the only `GIT_*` names that are passed on. */
const PASSED_ON = new Set(['GIT_AUTHOR_NAME', 'GIT_AUTHOR_EMAIL', 'GIT_COMMITTER_NAME', 'GIT_COMMITTER_EMAIL']);

/** Programs that git would start to ask or to show something; simple-git refuses them too. */
const INTERACTIVE = new Set(['EDITOR', 'VISUAL', 'PAGER', 'PREFIX', 'SSH_ASKPASS']);

/** Variables that we set ourselves on every call or on some. simple-git lets only these through. */
export const OWN_GIT_VARIABLES: readonly string[] = [
  ...PASSED_ON,
  'GIT_TERMINAL_PROMPT',
  'GIT_OPTIONAL_LOCKS',
  'GIT_LITERAL_PATHSPECS',
  'GIT_INDEX_FILE',
  'GIT_EDITOR',
];

/**
 * Environment of a git process: what `source` holds, without variables that redirect git, without those of npm and
 * without our own (which can hold secrets), plus: no prompts, no editor, no optional locks, English messages.
 */
function gitEnvironment(source: Readonly<Record<string, string>>): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(source)) {
    const upper = name.toUpperCase();
    if (INTERACTIVE.has(upper) || upper.startsWith('NPM_') || upper.startsWith('NIGHTLOOM_')) continue;
    if (upper.startsWith('GIT') && !PASSED_ON.has(name)) continue;
    result[name] = value;
  }
  return {
    ...result,
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_LITERAL_PATHSPECS: '1',
    GIT_EDITOR: 'true',
  };
}

/** For calls that run hooks: what we set for our own commands only would change what git commands in hooks do. */
export function hookEnvironment(environment: Readonly<Record<string, string>>): Record<string, string> {
  const { GIT_LITERAL_PATHSPECS: _literal, ...rest } = environment;
  return { ...rest, LC_ALL: 'C.UTF-8' };
}

let cached: Record<string, string> | undefined;

/** {@link gitEnvironment} of this process, computed once. */
export function defaultGitEnvironment(): Record<string, string> {
  cached ??= gitEnvironment(readEnvironment().raw);
  return cached;
}
