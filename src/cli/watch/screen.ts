/** Where progress goes: lines that stay, and on a terminal a block below them that is redrawn. */
import type { CliContext } from '../context.ts';

/** A place for progress. */
export interface Screen {
  /** Prints lines that stay. */
  lines(texts: readonly string[]): void;
  /** Replaces the block below; ignored where nothing can be redrawn. Each text must fit on one row. */
  block(texts: readonly string[]): void;
  /** Removes the block. */
  close(): void;
}

const ERASE_BELOW = '\u001B[J';
const cursorUp = (rows: number): string => (rows === 0 ? '' : `\u001B[${rows}A`);

/** One plain line per event, for pipes and files. */
export function plainScreen(context: CliContext): Screen {
  return {
    lines: (texts) => {
      for (const text of texts) context.note(text);
    },
    block: () => undefined,
    close: () => undefined,
  };
}

/** Redraws the block with `write` (standard error of a terminal); an unchanged block is not written again. */
export function liveScreen(write: (text: string) => void): Screen {
  let shown: readonly string[] = [];
  const draw = (above: readonly string[], below: readonly string[]): void => {
    const text = [...above, ...below].map((line) => `${line}\n`).join('');
    write(`\r${cursorUp(shown.length)}${ERASE_BELOW}${text}`);
    shown = below;
  };
  return {
    lines: (texts) => {
      if (texts.length > 0) draw(texts, shown);
    },
    block: (texts) => {
      if (texts.join('\n') !== shown.join('\n')) draw([], texts);
    },
    close: () => draw([], []),
  };
}
