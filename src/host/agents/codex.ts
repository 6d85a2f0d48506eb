/** The adapter of Codex. Its contract as measured on 0.171.0 is described in `docs/agents.md`. */
import { accountName } from './account.ts';
import type { AgentAdapter, LoginState } from './adapter.ts';
import { codexCommand } from './codex-command.ts';
import { codexOutcome } from './codex-outcome.ts';
import { CodexParser } from './codex-parse.ts';
import { codexHome } from './codex-session.ts';

/** Codex, driven headless. */
export const codex: AgentAdapter = {
  name: 'codex',
  resume: 'session',
  accountKey(env) {
    // Where both are given, `codex exec` prefers the key in the environment over the login in its directory.
    if (env['CODEX_API_KEY']) return accountName('codex-key', env['CODEX_API_KEY']);
    return accountName('codex-login', codexHome(env));
  },
  command: codexCommand,
  parser: (options) => new CodexParser(options),
  outcome: codexOutcome,
  checks(settings, env) {
    const bin = settings.agent.bin ?? 'codex';
    // The check looks at the stored login only, so there is nothing to ask when the key is in the environment.
    return { version: [bin, '--version'], login: env['CODEX_API_KEY'] ? null : [bin, 'login', 'status'], readLogin };
  },
};

/** "Logged in using ChatGPT", "API key configured - ***" or "Not logged in", on stdout or stderr; the exit code decides. */
function readLogin(output: string, code: number | null): LoginState {
  if (code !== 0) return { loggedIn: false, method: null };
  return { loggedIn: true, method: /api key/i.test(output) ? 'api_key' : /chatgpt/i.test(output) ? 'chatgpt' : null };
}
