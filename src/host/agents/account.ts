/** Names for accounts without showing what logs in to them. */
import { createHash } from 'node:crypto';

/** A short stable name of `secret` under `scope`: not reversible, the same on every call. */
export function accountName(scope: string, secret: string): string {
  return `${scope}:${createHash('sha256').update(`${scope}\0${secret}`).digest('hex').slice(0, 12)}`;
}
