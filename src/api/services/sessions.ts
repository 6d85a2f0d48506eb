/** Sessions of browsers: opened with a one-time code or the token, carried by a cookie that scripts cannot read. */
import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '../../platform/clock.ts';
import type { SystemStore } from '../../store/store.ts';

/** Long enough to be typed into a browser later in the evening; each works once. */
const CODE_LIFE_MS = 12 * 3_600_000;
const SESSION_LIFE_MS = 30 * 86_400_000;
/** Older codes go first: whoever holds the token can mint as many as they like. */
const MAX_CODES = 100;

/** A secret and when it ends. */
export interface Issued {
  readonly secret: string;
  readonly expiresAtMs: number;
}

/** See {@link createSessions}. */
export interface Sessions {
  /** A one-time code for a browser. Codes live in memory: those of an API that has ended are void. */
  mintCode(): Issued;
  /** True if `code` was valid; it is not any more. */
  redeemCode(code: string): boolean;
  /** A new session; its secret is for the cookie alone, the store keeps a digest. */
  open(): Promise<Issued>;
  isOpen(secret: string): Promise<boolean>;
  /** Ends a session; an unknown one is ignored. */
  close(secret: string): Promise<void>;
}

/** Sessions that survive a restart of the API. */
export function createSessions(store: Pick<SystemStore, 'get' | 'set'>, clock: Clock): Sessions {
  const codes = new Map<string, number>();
  const known = new Map<string, number>();
  return {
    mintCode: () => {
      const [oldest] = codes.keys();
      if (codes.size >= MAX_CODES && oldest !== undefined) codes.delete(oldest);
      const issued = issue(clock.now() + CODE_LIFE_MS, 16);
      codes.set(digest(issued.secret), issued.expiresAtMs);
      return issued;
    },
    redeemCode: (code) => {
      const key = digest(code);
      const expiresAtMs = codes.get(key) ?? 0;
      codes.delete(key);
      return expiresAtMs > clock.now();
    },
    open: async () => {
      const issued = issue(clock.now() + SESSION_LIFE_MS, 32);
      const key = storeKey(issued.secret);
      await store.set(key, String(issued.expiresAtMs));
      known.set(key, issued.expiresAtMs);
      return issued;
    },
    isOpen: async (secret) => {
      const key = storeKey(secret);
      const expiresAtMs = known.get(key) ?? Number((await store.get(key)) ?? 0);
      if (!(expiresAtMs > clock.now())) return false;
      known.set(key, expiresAtMs);
      return true;
    },
    close: async (secret) => {
      const key = storeKey(secret);
      if (!known.delete(key) && (await store.get(key)) === null) return;
      await store.set(key, '0');
    },
  };
}

function issue(expiresAtMs: number, bytes: number): Issued {
  return { secret: randomBytes(bytes).toString('base64url'), expiresAtMs };
}

/** Looked up by digest, so that comparing takes the same time whatever is asked. */
function digest(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

function storeKey(secret: string): string {
  return `session:${digest(secret)}`;
}
