/** A forecast in words. */
import { duration } from '../model/format.ts';

/** `20 to 40 min` would be guessing at units: both ends are written out, or one if they read the same. */
export function range({ fromMs, toMs }: { readonly fromMs: number; readonly toMs: number }): string {
  const [from, to] = [duration(fromMs), duration(toMs)];
  return from === to ? to : `${from} to ${to}`;
}
