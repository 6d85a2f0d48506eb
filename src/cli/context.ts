/** What every command is handed: where it runs and how it may speak. */
import { cwd, stderr, stdin, stdout } from 'node:process';
import { readEnvironment } from '../platform/environment.ts';
import type { Environment } from '../platform/environment.ts';
import { defaultHome, statePaths } from '../platform/paths.ts';
import type { StatePaths } from '../platform/paths.ts';
import { createStyle } from './render/style.ts';
import type { Style } from './render/style.ts';

const DEFAULT_COLUMNS = 100;

/** Surroundings of a command. */
export interface CliContext {
  readonly environment: Environment;
  readonly paths: StatePaths;
  readonly cwd: string;
  /** The one document, or the answer: standard output. */
  print(text: string): void;
  /** Progress and remarks: standard error. */
  note(text: string): void;
  /** Raw bytes of text to standard output, without a newline. */
  write(text: string): void;
  /** Style for standard output and for standard error. */
  readonly out: Style;
  readonly err: Style;
  /** True if a person can answer questions: input and error output are terminals, and it is no CI. */
  readonly interactive: boolean;
  /** True if standard error may be redrawn. */
  readonly redraw: boolean;
  /** Width of the terminal in columns, at least 1; 100 without one. */
  readonly columns: number;
}

/** What a command resolves to: the exit code. */
export type Handler<Flags> = (context: CliContext, flags: Flags, args: readonly string[]) => Promise<number>;

/** The context of this process. */
export function processContext(): CliContext {
  leaveQuietlyWithoutReader();
  const environment = readEnvironment();
  const redraw = stderr.isTTY === true && !environment.ci && environment.raw['TERM'] !== 'dumb';
  return {
    environment,
    paths: statePaths(defaultHome(environment)),
    cwd: cwd(),
    print: (text) => void stdout.write(`${text}\n`),
    note: (text) => void stderr.write(`${text}\n`),
    write: (text) => void stdout.write(text),
    out: createStyle(wantsColor(environment, stdout.isTTY === true)),
    err: createStyle(wantsColor(environment, stderr.isTTY === true)),
    interactive: stdin.isTTY === true && redraw,
    redraw,
    get columns() {
      // A terminal whose size nobody set (containers, expect) says 0.
      return stderr.columns > 0 ? stderr.columns : DEFAULT_COLUMNS;
    },
  };
}

/** `nightloom logs ... | head`: a reader that has seen enough is no mistake. */
function leaveQuietlyWithoutReader(): void {
  if (stdout.listenerCount('error') > 0) return;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
}

function wantsColor(environment: Environment, isTerminal: boolean): boolean {
  if (environment.noColor) return false;
  const forced = environment.raw['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return isTerminal && environment.raw['TERM'] !== 'dumb';
}
