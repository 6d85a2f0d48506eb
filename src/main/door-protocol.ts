/** The host door over HTTP: what both sides agree on. One POST per call, signed with the installation's secret. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** Calls are posted to this path and the method's name. */
export const DOOR_PATH = '/door/v1/';
/** Answers 200 without a signature; says nothing but that the process serves. */
export const HEALTH_PATH = '/health';
/** Port of the door unless told otherwise. */
export const DEFAULT_DOOR_PORT = 7790;

/** Headers of a signed message. */
export const HEADERS = {
  time: 'x-nightloom-time',
  nonce: 'x-nightloom-nonce',
  signature: 'x-nightloom-signature',
} as const;

/** How far the clocks of two machines may be apart, and how long a request is good. */
export const MAX_SKEW_MS = 60_000;

/** What is signed. */
export interface SignedParts {
  /** Requests and answers are told apart, so that one never passes for the other. */
  readonly kind: 'request' | 'answer';
  readonly method: string;
  /** Milliseconds since 1970, decimal. */
  readonly time: string;
  readonly nonce: string;
  readonly body: string;
}

/** HMAC-SHA256 (64 hex digits) under a key made from the installation's secret for this purpose alone. */
export function signatureOf(parts: SignedParts, secret: string): string {
  const key = createHmac('sha256', secret).update('nightloom host door v1').digest();
  const digest = createHash('sha256').update(parts.body, 'utf8').digest('hex');
  const text = JSON.stringify([parts.kind, parts.method, parts.time, parts.nonce, digest]);
  return createHmac('sha256', key).update(text, 'utf8').digest('hex');
}

/** True if `given` is the signature of `parts`. Takes the same time for every wrong one. */
export function isSignedBy(parts: SignedParts, given: string, secret: string): boolean {
  const [left, right] = [Buffer.from(given, 'utf8'), Buffer.from(signatureOf(parts, secret), 'utf8')];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** What a call came to; the body of every signed answer. */
export type DoorAnswer<Value = unknown> =
  | { readonly ok: true; readonly value: Value }
  | {
      readonly ok: false;
      readonly code: string;
      readonly message: string;
      readonly details: Readonly<Record<string, unknown>>;
      readonly retryAt?: string;
    };
