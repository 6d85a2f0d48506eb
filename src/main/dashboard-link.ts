/** Where the dashboard is, and the link that logs a browser in. */
import { fileURLToPath } from 'node:url';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { routes } from '../contracts/http.ts';

/** Folder of the built dashboard, as `npm run build:web` leaves it. */
export const DASHBOARD = fileURLToPath(new URL('../../web/dist', import.meta.url));

/** The address, and the one with a one-time code. */
export interface DashboardLink {
  readonly url: string;
  /** null where nobody reads along who may: what is not a terminal may be a log. */
  readonly login: string | null;
}

/** Asks our own API for a code. */
export async function dashboardLink(server: FastifyInstance, url: string, token: string): Promise<DashboardLink> {
  if (!process.stdout.isTTY) return { url, login: null };
  const { method, path, answers } = routes.createSessionCode;
  const answer = await server.inject({
    method,
    url: path,
    headers: { host: 'localhost', authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    payload: '{}',
  });
  const { code } = z.parse(answers, answer.json());
  return { url, login: `${url}/#code=${code}` };
}
