/** The cookie that carries a session. */
import cookies from '@fastify/cookie';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { InstallationId } from '../../contracts/ids.ts';

/** Makes cookies readable: to be called before the checks are registered. */
export async function installCookies(app: FastifyInstance): Promise<void> {
  await app.register(cookies);
}

/** Name of the cookie of an installation: cookies know no ports, and two installations may share a host name. */
export function cookieName(installation: InstallationId): string {
  return `nightloom-${installation}`;
}

/** What the request's cookie of this installation says; null without one. */
export function sessionSecret(request: FastifyRequest, installation: InstallationId): string | null {
  return request.cookies[cookieName(installation)] ?? null;
}
