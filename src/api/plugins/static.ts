/** The dashboard's files: hashed ones for ever, the page for every address that is a place in it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

const PAGE = 'index.html';
const ONE_YEAR_MS = 365 * 86_400_000;
/** Files of fixed names beside the page; everything else that the page loads carries a hash. */
const FIXED = ['theme.js', 'favicon.svg'] as const;

/** Answers what no route does; false if that is not for the dashboard. */
export type Fallback = (request: FastifyRequest, reply: FastifyReply) => boolean;

/**
 * Serves the built dashboard in `directory`, looked at when it is asked for: it may be built while we run.
 * @returns what answers the addresses of its screens
 */
export async function installDashboard(app: FastifyInstance, directory: string): Promise<Fallback> {
  await app.register(fastifyStatic, { root: directory, serve: false, cacheControl: false, dotfiles: 'deny' });
  app.get<{ Params: { '*': string } }>('/assets/*', { schema: { hide: true } }, (request, reply) => {
    const file = `assets/${request.params['*']}`;
    return reply.sendFile(file, { cacheControl: true, maxAge: ONE_YEAR_MS, immutable: true });
  });
  for (const file of FIXED) {
    app.get(`/${file}`, { schema: { hide: true } }, (_request, reply) => fresh(reply).sendFile(file));
  }
  return (request, reply) => {
    if (!isScreen(request)) return false;
    if (existsSync(join(directory, PAGE))) fresh(reply).sendFile(PAGE);
    else fresh(reply).code(503).type('text/plain; charset=utf-8').send(NOT_BUILT);
    return true;
  };
}

const NOT_BUILT = 'The dashboard has not been built yet.\nNext: npm run build:web\n';

/** Kept by the browser, but asked for each time. */
function fresh(reply: FastifyReply): FastifyReply {
  return reply.header('cache-control', 'no-cache');
}

/** A place of the page: read by a person's browser, outside of the API, and not named like a file. */
function isScreen(request: FastifyRequest): boolean {
  if (request.method !== 'GET' || !(request.headers.accept ?? '').includes('text/html')) return false;
  const path = request.url.split(/[?#]/, 1)[0] ?? '';
  return !/^\/api(\/|$)/.test(path) && !/\.\w+$/.test(path);
}
