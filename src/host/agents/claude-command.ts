/**
 * The command line of Claude Code, as measured on version 2.1.329. The prompt goes to stdin: options that take several
 * values would swallow a positional one, and one argument may not exceed 128 KB.
 */
import type { Settings } from '../../contracts/settings.ts';
import type { AgentCommand, AgentRequest } from './adapter.ts';

const MINUTE_MS = 60_000;
const BASH_DEFAULT_MS = 10 * MINUTE_MS;
const BASH_MAX_MS = 30 * MINUTE_MS;

/** Command of one run of Claude Code. */
export function claudeCommand(request: AgentRequest): AgentCommand {
  return {
    argv: [request.settings.agent.bin ?? 'claude', ...claudeArguments(request)],
    env: claudeEnvironment(request.settings),
    stdin: request.prompt,
  };
}

/** Everything after the program's name. */
export function claudeArguments(request: AgentRequest): string[] {
  const { agent } = request.settings;
  // As settings, not as --allowedTools: that option splits its values at commas and blanks, also inside some quotes.
  const rules = allowRules(request.settings);
  return [
    '-p',
    '--output-format',
    'stream-json',
    // Without it the CLI refuses stream-json.
    '--verbose',
    ...sessionArguments(request.session),
    '--permission-mode',
    agent.permissionMode,
    ...(rules.length === 0 ? [] : ['--settings', JSON.stringify({ permissions: { allow: rules } })]),
    ...(agent.maxTurns === null ? [] : ['--max-turns', String(agent.maxTurns)]),
    ...(agent.maxBudgetUsd === null ? [] : ['--max-budget-usd', String(agent.maxBudgetUsd)]),
    ...(agent.model === null ? [] : ['--model', agent.model]),
    // The repository's own hooks, settings and MCP servers would be run without asking.
    '--setting-sources',
    'user',
    '--strict-mcp-config',
    ...(request.schema === undefined ? [] : ['--json-schema', JSON.stringify(request.schema)]),
  ];
}

/**
 * Permission rules beyond the mode: what the settings name, and every verification command, so that the agent can
 * check its own work.
 */
export function allowRules(settings: Settings): string[] {
  const verification = settings.verify
    .filter(({ command }) => !command.includes('\n'))
    .map(({ command }) => `Bash(${escapeRule(command)})`);
  return [...new Set([...settings.agent.allowedTools, ...verification])];
}

/** In a rule, a backslash makes the next character stand for itself; a bare one would be lost. */
function escapeRule(command: string): string {
  return command.replace(/[\\()]/g, '\\$&');
}

function sessionArguments(session: AgentRequest['session']): string[] {
  if (session.id === null) return [];
  return [session.resume ? '--resume' : '--session-id', session.id];
}

function claudeEnvironment(settings: Settings): Record<string, string> {
  // A command of the agent is silent while it runs, and must end before that silence counts as a stall.
  const bashMaxMs = Math.min(BASH_MAX_MS, Math.max(MINUTE_MS, Math.floor(settings.agent.stallTimeoutMs * 0.8)));
  return {
    DISABLE_AUTOUPDATER: '1',
    DISABLE_TELEMETRY: '1',
    DISABLE_ERROR_REPORTING: '1',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    // A command left in the background keeps the process up for ten minutes after its result.
    CLAUDE_CODE_DISABLE_BACKGROUND_TASKS: '1',
    // The workflow waits better than the CLI: durable, visible, and without holding a process.
    CLAUDE_CODE_MAX_RETRIES: '3',
    BASH_DEFAULT_TIMEOUT_MS: String(Math.min(BASH_DEFAULT_MS, bashMaxMs)),
    BASH_MAX_TIMEOUT_MS: String(bashMaxMs),
  };
}
