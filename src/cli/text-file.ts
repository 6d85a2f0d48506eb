/** Texts that a command reads from a file, and what it says of a change that can be undone. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { AppError } from '../contracts/errors.ts';
import type { CliContext } from './context.ts';
import { oneLine } from './render/text.ts';

/**
 * Text of a file; `-` is standard input. The API checks what is in it.
 * @throws AppError invalid_input when it cannot be read
 */
export function readText(context: CliContext, file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : resolve(context.cwd, file), 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'unknown';
    throw new AppError('invalid_input', `The text cannot be read from ${file}: ${reason}.`, { cause });
  }
}

/** What was done, and how to undo it. */
export function changeLines(answer: { readonly message: string; readonly undoToken: string }): string[] {
  return [oneLine(answer.message), `Undo: nightloom requirement restore ${answer.undoToken}`];
}
