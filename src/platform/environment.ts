/** The process environment, read once. No other file reads `process.env`: values are passed in. */
import { homedir } from 'node:os';
import { env } from 'node:process';

/** Environment variables that we know, typed; empty variables count as absent. */
export interface Environment {
  /** `NIGHTLOOM_HOME`: the state directory. */
  readonly nightloomHome: string | null;
  /** `NIGHTLOOM_DATABASE_URL`: a PostgreSQL address instead of the SQLite file. */
  readonly databaseUrl: string | null;
  /** `NIGHTLOOM_DATABASE_PASSWORD_FILE`: file with the password for that address. */
  readonly databasePasswordFile: string | null;
  /** `NIGHTLOOM_INSTALLATION`: id that several machines share; a state directory by itself makes its own. */
  readonly installation: string | null;
  /** `NIGHTLOOM_SECRET_FILE`: the secret that they share, instead of the state directory's. */
  readonly secretFile: string | null;
  /** `NIGHTLOOM_TOKEN_FILE`: the API token, instead of the state directory's. */
  readonly tokenFile: string | null;
  /** `NIGHTLOOM_URL`: address of an API to talk to instead of the one in the state directory. */
  readonly apiUrl: string | null;
  /** `NIGHTLOOM_TOKEN`: token for that API. */
  readonly apiToken: string | null;
  /** `NIGHTLOOM_LOG_LEVEL`: debug, info, warn or error. */
  readonly logLevel: string | null;
  /** `NIGHTLOOM_WEBHOOK_HOSTS`: `host` or `host:port`, with commas: webhooks may call these over http and wherever they are. */
  readonly webhookHosts: readonly string[];
  /** `TEMPORAL_ADDRESS`: a server of the user's; nothing embedded is started then. */
  readonly temporalAddress: string | null;
  /** `TEMPORAL_NAMESPACE`. */
  readonly temporalNamespace: string | null;
  /** `NIGHTLOOM_TEMPORAL_BIN`: path of the `temporal` program. */
  readonly temporalBin: string | null;
  /** `NO_COLOR` is set to anything (https://no-color.org). */
  readonly noColor: boolean;
  /** `CI` is set and not `false` or `0`. */
  readonly ci: boolean;
  /** `PATH`; empty when absent. */
  readonly path: string;
  /** `HOME`, else the home of the account. */
  readonly home: string;
  readonly xdgStateHome: string | null;
  readonly xdgConfigHome: string | null;
  readonly xdgCacheHome: string | null;
  /** `CLAUDE_CONFIG_DIR`: where Claude Code keeps login and transcripts. */
  readonly claudeConfigDir: string | null;
  /** `CLAUDE_CODE_OAUTH_TOKEN`. Secret. */
  readonly claudeCodeOauthToken: string | null;
  /** `ANTHROPIC_API_KEY`. Secret. */
  readonly anthropicApiKey: string | null;
  /** `GITHUB_TOKEN`, else `GH_TOKEN`. Secret. */
  readonly githubToken: string | null;
  /** `NIGHTLOOM_GITHUB_WEBHOOK_SECRET`: with which GitHub signs deliveries. Secret. */
  readonly githubWebhookSecret: string | null;
  /** Everything, for the allow-list of the agents' environment and for the masker; a frozen copy. */
  readonly raw: Readonly<Record<string, string>>;
}

/** The environment from `source` (default: this process's), copied: later changes of the source are not seen. */
export function readEnvironment(source: Readonly<Record<string, string | undefined>> = env): Environment {
  const raw: Record<string, string> = {};
  for (const [name, value] of Object.entries(source)) {
    if (value !== undefined) raw[name] = value;
  }
  const text = (name: string): string | null => raw[name] || null;
  const ci = raw['CI'] ?? '';
  return {
    nightloomHome: text('NIGHTLOOM_HOME'),
    databaseUrl: text('NIGHTLOOM_DATABASE_URL'),
    databasePasswordFile: text('NIGHTLOOM_DATABASE_PASSWORD_FILE'),
    installation: text('NIGHTLOOM_INSTALLATION'),
    secretFile: text('NIGHTLOOM_SECRET_FILE'),
    tokenFile: text('NIGHTLOOM_TOKEN_FILE'),
    apiUrl: text('NIGHTLOOM_URL'),
    apiToken: text('NIGHTLOOM_TOKEN'),
    logLevel: text('NIGHTLOOM_LOG_LEVEL'),
    webhookHosts: words(text('NIGHTLOOM_WEBHOOK_HOSTS')),
    temporalAddress: text('TEMPORAL_ADDRESS'),
    temporalNamespace: text('TEMPORAL_NAMESPACE'),
    temporalBin: text('NIGHTLOOM_TEMPORAL_BIN'),
    noColor: text('NO_COLOR') !== null,
    ci: ci !== '' && ci !== 'false' && ci !== '0',
    path: raw['PATH'] ?? '',
    home: text('HOME') ?? homedir(),
    xdgStateHome: text('XDG_STATE_HOME'),
    xdgConfigHome: text('XDG_CONFIG_HOME'),
    xdgCacheHome: text('XDG_CACHE_HOME'),
    claudeConfigDir: text('CLAUDE_CONFIG_DIR'),
    claudeCodeOauthToken: text('CLAUDE_CODE_OAUTH_TOKEN'),
    anthropicApiKey: text('ANTHROPIC_API_KEY'),
    githubToken: text('GITHUB_TOKEN') ?? text('GH_TOKEN'),
    githubWebhookSecret: text('NIGHTLOOM_GITHUB_WEBHOOK_SECRET'),
    raw: Object.freeze(raw),
  };
}

function words(text: string | null): string[] {
  const parts = (text ?? '').split(',').map((part) => part.trim().toLowerCase());
  return parts.filter((part) => part !== '');
}
