/** Durations as people write them. */
import { z } from 'zod';

const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;
const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Milliseconds of `30s`, `45m`, `2h`, `1d`, `250ms`; null if the text is none of these. */
export function parseDuration(text: string): number | null {
  const match = DURATION.exec(text.trim());
  if (match === null) return null;
  return Math.round(Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS]);
}

/** A duration in a settings file. */
export const duration = z
  .string()
  .refine((text) => parseDuration(text) !== null, 'must be a duration like 30s, 45m or 2h')
  .describe('A duration: a number and ms, s, m, h or d, for example 45m');
