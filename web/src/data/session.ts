/** Whether this browser is logged in. */
import { useSyncExternalStore } from 'react';
import { AppError } from '../../../src/contracts/errors.ts';
import { api } from './api.ts';
import { createCell } from './cell.ts';

/** `out`: the API has refused us; the login is shown. */
export type SessionState = 'in' | 'out';

const session = createCell<SessionState>('in');

/** The state, live. */
export function useSession(): SessionState {
  return useSyncExternalStore(session.subscribe, session.get);
}

/** To be called with every error of the API. */
export function noticeError(error: unknown): void {
  if (AppError.is(error, 'unauthorized')) session.set('out');
}

/** Logs in with the token that `nightloom token` prints. @throws AppError unauthorized */
export async function logIn(token: string): Promise<void> {
  await api.call('openSession', { body: { token } });
  session.set('in');
}

/** Ends the session of this browser. */
export async function logOut(): Promise<void> {
  await api.call('closeSession');
  session.set('out');
}

/**
 * Uses up the one-time code in the address, now and whenever one is pasted into it, and removes it from the address and
 * the history. A code that is void changes nothing: the browser may have a session already.
 */
export async function redeemCodes(): Promise<void> {
  addEventListener('hashchange', () => void redeemCode());
  await redeemCode();
}

async function redeemCode(): Promise<void> {
  const code = new URLSearchParams(location.hash.slice(1)).get('code');
  if (code === null) return;
  history.replaceState(history.state, '', location.pathname + location.search);
  const isIn = await api.call('openSession', { body: { code } }).then(
    () => true,
    () => false,
  );
  if (isIn) session.set('in');
}
