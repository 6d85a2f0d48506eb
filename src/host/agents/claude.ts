/** The adapter of Claude Code. Its contract as measured on 2.1.329 is described in `docs/agents.md`. */
import { accountName } from './account.ts';
import type { AgentAdapter, LoginState } from './adapter.ts';
import { claudeCommand } from './claude-command.ts';
import { claudeOutcome } from './claude-outcome.ts';
import { ClaudeParser } from './claude-parse.ts';
import { claudeConfigDir } from './claude-session.ts';
import { parseObject, textAt } from './json.ts';

/** Claude Code, driven headless. */
export const claude: AgentAdapter = {
  name: 'claude',
  resume: 'session',
  accountKey(env) {
    // The CLI prefers a key over a token, and both over the login in its configuration directory.
    if (env['ANTHROPIC_API_KEY']) return accountName('claude-key', env['ANTHROPIC_API_KEY']);
    if (env['CLAUDE_CODE_OAUTH_TOKEN']) return accountName('claude-token', env['CLAUDE_CODE_OAUTH_TOKEN']);
    return accountName('claude-login', claudeConfigDir(env));
  },
  command: claudeCommand,
  parser: (options) => new ClaudeParser(options),
  outcome: claudeOutcome,
  checks(settings) {
    const bin = settings.agent.bin ?? 'claude';
    return { version: [bin, '--version'], login: [bin, 'auth', 'status', '--json'], readLogin };
  },
};

/** `claude auth status --json` looks only at what is stored locally; it does not ask the API. */
function readLogin(stdout: string, code: number | null): LoginState {
  const answer = parseObject(stdout);
  const method = textAt(answer, 'authMethod');
  const loggedIn = code === 0 && answer?.['loggedIn'] === true;
  return { loggedIn, method: loggedIn ? method : null };
}
