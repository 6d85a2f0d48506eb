/** Command line of the dev server: how we tune it, in one place for the product and its tests. */
import { LOOPBACK } from './ports.ts';

/** What differs between servers. */
export interface ServerArguments {
  readonly port: number;
  readonly uiPort: number;
  /** Absolute path; the server makes the file and its schema when it is missing. */
  readonly databaseFile: string;
}

/**
 * Dynamic configuration. The transfer queue of the dev server hands out 20 tasks per second by default, which makes
 * every activity cost 100 ms (16 ms with these). Timers are looked at every 5 minutes by default: after a sleep of
 * the machine they would be that late.
 */
const DYNAMIC_CONFIG = [
  'history.transferProcessorMaxPollRPS=2000',
  'history.transferProcessorMaxPollHostRPS=4000',
  'history.timerProcessorMaxPollInterval="20s"',
] as const;

/** With WAL, `NORMAL` loses nothing when a process dies; a power cut may take back the last commits. */
const SQLITE_PRAGMAS = ['journal_mode=WAL', 'synchronous=NORMAL'] as const;

/**
 * Arguments for `temporal`: loopback only, no configuration of the user's CLI, quiet Web UI. Valid for CLI 1.5 and
 * later (`temporal server start-dev --help`).
 */
export function serverArguments(options: ServerArguments): string[] {
  return [
    'server',
    'start-dev',
    `--ip=${LOOPBACK}`,
    `--port=${options.port}`,
    `--ui-port=${options.uiPort}`,
    `--db-filename=${options.databaseFile}`,
    ...SQLITE_PRAGMAS.map((pragma) => `--sqlite-pragma=${pragma}`),
    ...DYNAMIC_CONFIG.map((value) => `--dynamic-config-value=${value}`),
    '--ui-disable-news-fetch',
    '--disable-config-file',
    '--disable-config-env',
    '--log-level=warn',
    '--log-format=json',
    '--color=never',
  ];
}
