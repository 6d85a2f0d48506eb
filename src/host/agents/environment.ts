/**
 * The environment of an agent: an allow-list, so that nothing of the host worker (its own variables, tokens of other
 * tools, markers of an agent that it may itself run under) reaches a program that executes what it reads.
 */
import type { AgentName } from '../../contracts/vocabulary.ts';

const NAMES = new Set([
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'LANG',
  'LANGUAGE',
  'TZ',
  'TMPDIR',
  'SSH_AUTH_SOCK',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'ALL_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'all_proxy',
  'no_proxy',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'NODE_EXTRA_CA_CERTS',
]);
const PREFIXES = ['LC_', 'XDG_'];

const AGENT_NAMES: Readonly<Record<AgentName, { names: readonly string[]; prefixes: readonly string[] }>> = {
  claude: { names: ['CLAUDE_CODE_OAUTH_TOKEN', 'CLAUDE_CONFIG_DIR', 'IS_SANDBOX'], prefixes: ['ANTHROPIC_'] },
  codex: { names: ['CODEX_HOME', 'CODEX_API_KEY'], prefixes: ['OPENAI_'] },
  gemini: {
    names: ['GOOGLE_API_KEY', 'GOOGLE_APPLICATION_CREDENTIALS'],
    prefixes: ['GEMINI_', 'GOOGLE_CLOUD_', 'GOOGLE_GEMINI_', 'GOOGLE_GENAI_'],
  },
  opencode: { names: [], prefixes: ['OPENCODE_', 'ANTHROPIC_', 'OPENAI_', 'OPENROUTER_'] },
  scripted: { names: ['NIGHTLOOM_SCRIPTED_STATE'], prefixes: [] },
  command: { names: [], prefixes: [] },
};

/** Nobody sits at a terminal: colours, pagers, editors and password prompts would only hang or garble. */
const UNATTENDED = {
  TERM: 'dumb',
  PAGER: 'cat',
  GIT_PAGER: 'cat',
  GIT_EDITOR: 'true',
  GIT_TERMINAL_PROMPT: '0',
} as const;

/** Where the parts of an agent's environment come from. */
export interface EnvironmentSources {
  /** The host worker's own environment, unfiltered. */
  readonly base: Readonly<Record<string, string | undefined>>;
  readonly agent: AgentName;
  /** What the adapter's command adds. */
  readonly additions?: Readonly<Record<string, string>>;
  /** `env` of the settings; wins over everything else, but cannot set variables of ours. */
  readonly projectEnv: Readonly<Record<string, string>>;
}

/** The whole environment of a run but for the run's marker, which whoever spawns adds last. */
export function agentEnvironment(sources: EnvironmentSources): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(sources.base)) {
    if (value !== undefined && isAllowed(name, sources.agent)) environment[name] = value;
  }
  Object.assign(environment, UNATTENDED, sources.additions);
  for (const [name, value] of Object.entries(sources.projectEnv)) {
    if (!isOurs(name)) environment[name] = value;
  }
  return environment;
}

function isAllowed(name: string, agent: AgentName): boolean {
  const own = AGENT_NAMES[agent];
  if (NAMES.has(name) || own.names.includes(name)) return true;
  return [...PREFIXES, ...own.prefixes].some((prefix) => name.startsWith(prefix));
}

function isOurs(name: string): boolean {
  return name.startsWith('NIGHTLOOM_') && name !== 'NIGHTLOOM_SCRIPTED_STATE';
}
