/** What repairs something, as a command to copy and as words. */

/** See {@link repairParts}. */
export interface RepairParts {
  readonly command: string | null;
  readonly words: string | null;
}

const ALTERNATIVE = '; or ';

/** A repair is a sentence, a flag, a command, or a command with what else would do: `codex login; or set CODEX_API_KEY`. */
export function repairParts(repair: string): RepairParts {
  const at = repair.indexOf(ALTERNATIVE);
  const first = at < 0 ? repair : repair.slice(0, at);
  if (first.endsWith('.') || first.includes(', then ') || first.startsWith('-'))
    return { command: null, words: repair };
  return { command: first, words: at < 0 ? null : `Or ${repair.slice(at + ALTERNATIVE.length)}.` };
}
