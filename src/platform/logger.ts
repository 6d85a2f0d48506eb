/** Structured logs: one JSON object per line, with secrets masked. */
import { pino } from 'pino';
import { createMasker } from './masking.ts';

/** Levels in rising order. */
const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;

/** Fields of a log line. `err` holds an Error and is written with its stack. */
export type LogFields = Readonly<Record<string, unknown>>;

/** What code may do with a log. */
export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
  /** A logger whose lines all carry `fields`. */
  child(fields: LogFields): Logger;
}

/** Options of {@link createLogger}. */
export interface LoggerOptions {
  /** Program part that writes, for example `host-worker`. */
  readonly name: string;
  /** Default `info`; an unknown word counts as absent. */
  readonly level?: string | null;
  /** Absolute path (made with rights 0600, appended to); absent: standard error. */
  readonly file?: string;
  /** Values that must never appear, besides everything that looks like a key. */
  readonly secrets?: readonly string[];
}

/** What may wait in memory for space on the disk; later lines are dropped. */
const MAX_WAITING_BYTES = 1024 * 1024;

const SECRET_KEYS = ['token', 'secret', 'password', 'apiKey', 'authorization', 'cookie', 'mac', 'env'];

/**
 * A logger. Writes synchronously: the last lines before a crash are the ones that matter, and lines are few. A line that
 * cannot be written waits in memory for the next one that can.
 * @throws Error when the file cannot be opened
 */
export function createLogger(options: LoggerOptions): Logger {
  const masker = createMasker(options.secrets ?? []);
  const destination = pino.destination({
    dest: options.file ?? 2,
    sync: true,
    mkdir: true,
    mode: 0o600,
    append: true,
    maxLength: MAX_WAITING_BYTES,
  });
  // Without a listener a full disk ends the process with an uncaught error: https://github.com/pinojs/sonic-boom#events
  destination.on('error', () => undefined);
  const level = LOG_LEVELS.find((known) => known === options.level) ?? 'info';
  return pino(
    {
      name: options.name,
      level,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRET_KEYS.flatMap((key) => [key, `*.${key}`]), censor: '[masked]' },
      hooks: { streamWrite: (line) => masker.maskText(line) },
    },
    destination,
  );
}

/** A logger that writes nothing, for parts that are used as a library. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLogger,
};
