/** Login of browsers: a one-time code or the token for a cookie. */
import type { FastifyInstance } from 'fastify';
import type { z } from 'zod';
import { AppError } from '../../contracts/errors.ts';
import { routes } from '../../contracts/http.ts';
import type { InstallationId } from '../../contracts/ids.ts';
import { register } from '../register.ts';
import type { Sessions } from '../services/sessions.ts';
import { instant } from '../views/instants.ts';
import { hasToken } from './security.ts';
import { cookieName, sessionSecret } from './session-cookie.ts';

/** What the routes need. */
export interface SessionOptions {
  readonly sessions: Sessions;
  readonly installation: InstallationId;
  readonly token: string;
}

type Opening = z.output<(typeof routes)['openSession']['body']>;

/** Registers login, logout and the minting of codes. */
export function sessionRoutes(app: FastifyInstance, options: SessionOptions): void {
  const { sessions, installation, token } = options;
  const name = cookieName(installation);
  const attributes = { path: '/api', httpOnly: true, sameSite: 'strict' } as const;

  // Only for bearers: a session that could mint codes could never be ended for good.
  register(app, routes.createSessionCode, async (_input, { request }) => {
    if (!hasToken(request, token)) throw new AppError('unauthorized', 'Codes are minted with the token only.');
    const { secret, expiresAtMs } = sessions.mintCode();
    return { code: secret, expiresAt: instant(expiresAtMs) };
  });
  register(app, routes.openSession, async ({ body }, { request, reply }) => {
    checkOpening(body, options);
    const { secret, expiresAtMs } = await sessions.open();
    const secure = request.protocol === 'https';
    reply.setCookie(name, secret, { ...attributes, secure, expires: new Date(expiresAtMs) });
    return { expiresAt: instant(expiresAtMs) };
  });
  register(app, routes.closeSession, async (_input, { request, reply }) => {
    const secret = sessionSecret(request, installation);
    if (secret !== null) await sessions.close(secret);
    reply.setCookie(name, '', { ...attributes, maxAge: 0 });
    return { closed: true as const };
  });
}

function checkOpening(opening: Opening, { sessions, token }: SessionOptions): void {
  if (opening.code !== undefined && sessions.redeemCode(opening.code)) return;
  if (opening.token !== undefined && hasToken({ headers: { authorization: `Bearer ${opening.token}` } }, token)) return;
  const fact = opening.code === undefined ? 'The token is wrong.' : 'The code was used already, or is too old.';
  throw new AppError('unauthorized', fact);
}
