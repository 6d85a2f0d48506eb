/** A project's own file of settings counts only as long as it is the one that the user trusted. */
import { AppError } from './errors.ts';

/**
 * @param found SHA-256 of the file that is there, in hexadecimal; null: there is none
 * @param trusted of the one that was trusted; null: none was there then
 * @param commands what it would run, for whoever decides; absent: not said
 * @throws AppError project_untrusted when they differ
 */
export function requireTrusted(
  checkout: string,
  found: string | null,
  trusted: string | null,
  commands?: readonly string[],
): void {
  if (found === trusted) return;
  const message = `The configuration file in ${checkout} is not the one you trusted.`;
  throw new AppError('project_untrusted', message, commands === undefined ? {} : { details: { commands } });
}
