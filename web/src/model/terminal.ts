/** Terminal output as coloured text: of all escapes only colours and weights are kept, as class names. */
import Anser from 'anser';

/** A stretch of text of one look. */
export interface Span {
  readonly text: string;
  /** Classes of `log.css`; empty for plain text. */
  readonly className: string;
}

const ESCAPE = String.fromCharCode(0x1b);
const BELL = String.fromCharCode(0x07);

/** Everything that is no SGR: other CSI, OSC (titles, links, clipboard), DCS and friends, two-character escapes. */
const OTHER_ESCAPES = new RegExp(
  `${ESCAPE}(?:\\][^${BELL}${ESCAPE}]*(?:${BELL}|${ESCAPE}\\\\|$)|[PX^_][^${ESCAPE}]*(?:${ESCAPE}\\\\|$)|\\[[0-?]*[ -/]*[@-ln-~]|[^\\[\\]PX^_])`,
  'gu',
);

/** Controls that are neither tab nor escape, and those of the second block. */
const CONTROLS = new RegExp(`(?![\\t${ESCAPE}])\\p{Cc}`, 'gu');

/** Marks that change the direction or the width of text without being seen. */
const INVISIBLE = /[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu;

/** The last state of a line that was drawn over with carriage returns, without what terminals act upon. */
export function cleanLine(line: string): string {
  const withoutEnd = line.endsWith('\r') ? line.slice(0, -1) : line;
  const last = withoutEnd.slice(withoutEnd.lastIndexOf('\r') + 1);
  return last.replace(OTHER_ESCAPES, '').replace(CONTROLS, '').replace(INVISIBLE, '\ufffd');
}

/** A line in stretches. */
export function toSpans(line: string): Span[] {
  const text = cleanLine(line);
  if (!text.includes(ESCAPE)) return [{ text, className: '' }];
  return Anser.ansiToJson(text, { use_classes: true, remove_empty: true }).map((part) => ({
    // What is left of a broken escape is shown without its escape character.
    text: part.content.replaceAll(ESCAPE, ''),
    className: [part.fg, part.bg === null ? null : `bg-${part.bg}`, ...part.decorations]
      .filter((name) => typeof name === 'string' && /^[a-z0-9-]+$/.test(name))
      .join(' '),
  }));
}
