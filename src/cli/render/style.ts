/** Colours by meaning. Without colour every function returns its text unchanged. */
import { styleText } from 'node:util';

/** Paints text by what it means. */
export interface Style {
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly strong: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly command: (text: string) => string;
}

/** A style; `color` false: plain text. */
export function createStyle(color: boolean): Style {
  const paint =
    (format: Parameters<typeof styleText>[0]) =>
    (text: string): string =>
      color && text !== '' ? styleText(format, text, { validateStream: false }) : text;
  return {
    good: paint('green'),
    bad: paint('red'),
    warn: paint('yellow'),
    strong: paint('bold'),
    dim: paint('dim'),
    command: paint('cyan'),
  };
}
