/** Who may talk to us: known Host names, our own pages, holders of the token. Refuses before anything else runs. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppError } from '../../contracts/errors.ts';
import { routes } from '../../contracts/http.ts';
import type { InstallationId } from '../../contracts/ids.ts';
import { GITHUB_WEBHOOK_PATH } from '../../contracts/github-routes.ts';
import { HOST_PROMETHEUS_PATH, PROMETHEUS_PATH } from '../../contracts/metrics-routes.ts';
import type { Sessions } from '../services/sessions.ts';
import { sessionSecret } from './session-cookie.ts';

const CHANGES_NOTHING: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** What asks whether we are alive has no token; the answers say nothing of the installation. */
const OPEN: ReadonlySet<string> = new Set([routes.health.path, routes.live.path, routes.ready.path]);

/** What the checks compare with. */
export interface SecurityOptions {
  readonly token: string;
  readonly allowedHosts: readonly string[];
  readonly installation: InstallationId;
  readonly sessions: Sessions;
}

/** A page of another site cannot send this header without asking first, and nobody would allow it. */
const PAGE_HEADER = { name: 'x-requested-with', value: 'nightloom' } as const;

/**
 * Registers the checks for every request, also for unknown routes.
 * Host: a page of another site whose name was made to point here would otherwise be same-origin ("DNS rebinding").
 */
export function installSecurity(app: FastifyInstance, options: SecurityOptions): void {
  app.addHook('onRequest', async (request) => {
    checkHost(request, options.allowedHosts);
    if (!CHANGES_NOTHING.has(request.method)) checkChange(request, options.allowedHosts);
    if (needsToken(request)) await checkIdentity(request, options);
  });
}

/** @throws AppError host_not_allowed */
export function checkHost(request: FastifyRequest, allowedHosts: readonly string[]): void {
  const { host } = request.headers;
  if (host !== undefined && isAllowedHost(host, allowedHosts)) return;
  throw new AppError(
    'host_not_allowed',
    `The Host header ${JSON.stringify(host?.slice(0, 100) ?? '')} is not allowed.`,
  );
}

function isAllowedHost(host: string, allowedHosts: readonly string[]): boolean {
  const wanted = host.toLowerCase();
  const withoutPort = wanted.replace(/:\d*$/, '');
  return allowedHosts.some((allowed) => allowed.toLowerCase() === wanted || allowed.toLowerCase() === withoutPort);
}

/** Browsers say where a request comes from; a page can neither leave these out nor change them. */
function checkChange(request: FastifyRequest, allowedHosts: readonly string[]): void {
  const { origin, 'sec-fetch-site': site, 'content-type': mediaType } = request.headers;
  const ownOrigin = origin === undefined || isOwnOrigin(origin, allowedHosts);
  const ownSite = site === undefined || site === 'same-origin' || site === 'none';
  if (!ownOrigin || !ownSite) throw new AppError('origin_not_allowed', 'The request comes from another site.');
  if (request.method === 'DELETE' && mediaType === undefined) return;
  if (mediaType?.split(';', 1)[0]?.trim().toLowerCase() === 'application/json') return;
  const message = 'Changes are sent as application/json';
  throw new AppError('invalid_input', `${message}.`, { details: { fields: [{ path: 'content-type', message }] } });
}

function isOwnOrigin(origin: string, allowedHosts: readonly string[]): boolean {
  const url = URL.canParse(origin) ? new URL(origin) : null;
  return url !== null && /^https?:$/.test(url.protocol) && isAllowedHost(url.host, allowedHosts);
}

/** By the route that was found, not by the text of the address: that can be spelled in several ways. */
function needsToken(request: FastifyRequest): boolean {
  const path = request.is404 ? request.url : (request.routeOptions.url ?? request.url);
  if (path === PROMETHEUS_PATH || path === HOST_PROMETHEUS_PATH) return true;
  if (!path.startsWith('/api') || OPEN.has(path)) return false;
  // GitHub's deliveries carry a signature.
  if (path === GITHUB_WEBHOOK_PATH) return false;
  // Logging in carries its proof in the body, and logging out needs none.
  return path !== routes.openSession.path;
}

/** The token, or the cookie of one of our own pages. */
async function checkIdentity(request: FastifyRequest, options: SecurityOptions): Promise<void> {
  const secret = request.headers.authorization === undefined ? sessionSecret(request, options.installation) : null;
  if (secret === null) return checkToken(request, options.token);
  checkPage(request);
  if (!(await options.sessions.isOpen(secret))) throw new AppError('unauthorized', 'The session has ended.');
}

/** Browsers send the cookie along with requests of every page on this machine, whatever its port. */
function checkPage(request: FastifyRequest): void {
  const site = request.headers['sec-fetch-site'];
  const ownSite = site === undefined || site === 'same-origin' || site === 'none';
  const reads = CHANGES_NOTHING.has(request.method);
  if (ownSite && (reads || request.headers[PAGE_HEADER.name] === PAGE_HEADER.value)) return;
  throw new AppError('origin_not_allowed', 'The request comes from no page of ours.');
}

function checkToken(request: FastifyRequest, token: string): void {
  if (hasToken(request, token)) return;
  const isGiven = /^Bearer +\S/i.test(request.headers.authorization ?? '');
  throw new AppError('unauthorized', isGiven ? 'The token is wrong.' : 'The request carries no bearer token.');
}

/** True if the request carries `token` as bearer. */
export function hasToken(request: { readonly headers: IncomingHttpHeaders }, token: string): boolean {
  const given = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  return given !== undefined && timingSafeEqual(digest(given), digest(token));
}

/** Same length for every text, as the comparison wants it. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
