/** Small things that every command does: print a document, read an operand, ask. */
import { randomUUID } from 'node:crypto';
import type { CliContext } from './context.ts';
import { errorDocument, errorLines } from './exit-codes.ts';
import type { RenderOptions } from './render/batch.ts';

/** Prints the one document of `--json`. */
export function printJson(context: CliContext, value: unknown): void {
  context.print(JSON.stringify(value, null, 2));
}

/** Prints `value` as JSON if asked to, else the lines. */
export function printEither(
  context: CliContext,
  json: boolean | undefined,
  value: unknown,
  lines: () => string[],
): void {
  if (json === true) printJson(context, value);
  else context.print(lines().join('\n'));
}

/** Prints an error for people on standard error and, if asked to, as the one document on standard output. */
export function printError(context: CliContext, error: unknown, json: boolean | undefined): void {
  const [fact = '', ...rest] = errorLines(error);
  context.note([context.err.bad(fact), ...rest].join('\n'));
  if (json === true) printJson(context, errorDocument(error));
}

/** Operand `index`, which the command line parser has already required. */
export function operand(args: readonly string[], index: number): string {
  const value = args[index];
  if (value === undefined) throw new TypeError(`Operand ${index} was not given.`);
  return value;
}

/** How to render for standard output. */
export function outputOptions(context: CliContext): RenderOptions {
  return { style: context.out, nowMs: Date.now() };
}

/** Asks a yes/no question on the terminal; Ctrl-C means no. Only where `context.interactive`. */
export async function confirmed(question: string): Promise<boolean> {
  // Loaded here: nobody who asks nothing should pay for it.
  const { confirm, isCancel } = await import('@clack/prompts');
  const answer = await confirm({ message: question, output: process.stderr });
  return !isCancel(answer) && answer;
}

/** A new id for a command, so that sending it twice does nothing twice. */
export function newCommandId(): string {
  return `cli-${randomUUID()}`;
}
