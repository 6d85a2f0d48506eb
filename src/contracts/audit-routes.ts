/** The audit over HTTP. Part of the route table. */
import { z } from 'zod';
import { listOf, page, route } from './route.ts';
import { AUDIT_OUTCOMES } from './vocabulary.ts';

const instant = z.string().describe('RFC 3339');
const moment = z.iso.datetime({ offset: true });

/** A change that somebody asked for. */
export const AuditEntrySchema = z
  .object({
    number: z.int(),
    at: instant,
    who: z.string().describe('token, session:<digest>, or nobody (who logs in is not known before)'),
    address: z.string(),
    method: z.string(),
    route: z.string().describe('Path pattern'),
    subjects: z.array(z.string()).describe('Ids and names that the request names, or that it made; at most 50'),
    requestId: z.string().describe('The answer carried it as x-request-id'),
    status: z.int().nullable().describe('Of the answer; null: the process died before it, or it is under way'),
    code: z.string().nullable().describe('Of the error'),
    endedAt: instant.nullable(),
  })
  .meta({ id: 'AuditEntry' });

/** Rows of the route table. */
export const auditRoutes = {
  listAudit: route({
    method: 'GET',
    path: '/api/audit',
    summary: 'Changes that somebody asked for, newest first; kept for 90 days, unless the settings say otherwise',
    tag: 'system',
    query: z.object({
      ...page,
      subject: z
        .string()
        .regex(/^[\w.-]{1,200}$/)
        .optional()
        .describe('Id of what was changed'),
      who: z.string().max(100).optional(),
      method: z.enum(['POST', 'PUT', 'PATCH', 'DELETE']).optional(),
      outcome: z.enum(AUDIT_OUTCOMES).optional(),
      since: moment.optional().describe('From then on'),
      until: moment.optional().describe('Before'),
    }),
    answers: listOf(AuditEntrySchema),
  }),
} as const;

/** See {@link AuditEntrySchema}. */
export type AuditEntryView = z.infer<typeof AuditEntrySchema>;
