/** Login of browsers. Part of the route table. */
import { z } from 'zod';
import { route } from './route.ts';

/** Rows of the route table. */
export const sessionRoutes = {
  createSessionCode: route({
    method: 'POST',
    path: '/api/session/codes',
    summary: 'A one-time code with which a browser logs in (token only)',
    tag: 'session',
    answers: z.object({ code: z.string(), expiresAt: z.string() }),
    status: 201,
  }),
  openSession: route({
    method: 'POST',
    path: '/api/session',
    summary: 'Log a browser in; the answer sets its cookie',
    tag: 'session',
    body: z.object({ code: z.string().max(200).optional(), token: z.string().max(1000).optional() }),
    answers: z.object({ expiresAt: z.string() }),
    status: 201,
  }),
  closeSession: route({
    method: 'DELETE',
    path: '/api/session',
    summary: 'Log the browser out',
    tag: 'session',
    answers: z.object({ closed: z.literal(true) }),
  }),
} as const;
