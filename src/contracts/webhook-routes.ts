/** Routes of webhooks: whom to tell of events, and what became of it. Part of the route table. */
import { z } from 'zod';
import { EVENT_TYPES } from './events.ts';
import { id, listOf, page, route } from './route.ts';
import { isTopic } from './topics.ts';
import { DELIVERY_STATUSES } from './vocabulary.ts';

const instant = z.string().describe('RFC 3339');
const url = z.string().min(1).max(2000).describe('https, or http to a host of NIGHTLOOM_WEBHOOK_HOSTS; no user name');
const topics = z
  .array(
    z
      .string()
      .max(100)
      .refine(isTopic, { message: 'is no topic: give an event type (task.failed) or its first part (task)' }),
  )
  .max(100)
  .describe('Event types, or their first part (`task`); empty: everything');
const secret = z.string().describe('Signs what is sent; shown this once: `whsec_` and base64');

/** Whom to tell of what. */
export const WebhookSchema = z
  .object({
    id: z.string(),
    url: z.string(),
    topics: z.array(z.string()),
    enabled: z.boolean().describe('false: hears of nothing, and misses what happens meanwhile'),
    version: z.int().describe('Rises with every change; the ETag'),
    createdAt: instant,
  })
  .meta({ id: 'Webhook' });

/** A webhook with its secret. */
export const WebhookWithSecretSchema = WebhookSchema.extend({ secret }).meta({ id: 'WebhookWithSecret' });

/** One event for one webhook. */
export const DeliverySchema = z
  .object({
    seq: z.int().describe('Number of the event in the journal'),
    type: z.enum(EVENT_TYPES).nullable().describe('null: the journal no longer has the event'),
    status: z.enum(DELIVERY_STATUSES).describe('failed: it is not tried again by itself'),
    attempts: z.int().describe('How often it was sent'),
    responseCode: z.int().nullable().describe('HTTP status of the last answer; null: there was none'),
    problem: z.string().nullable().describe('What was wrong the last time'),
    nextAt: instant.nullable().describe('When it is sent (again)'),
    createdAt: instant,
    settledAt: instant.nullable(),
  })
  .meta({ id: 'Delivery' });

/** How one sending went. */
export const SendingSchema = z
  .object({
    delivered: z.boolean(),
    responseCode: z.int().nullable(),
    problem: z.string().nullable(),
    durationMs: z.int(),
  })
  .meta({ id: 'Sending' });

/** Rows of the route table. */
export const webhookRoutes = {
  listWebhooks: route({
    method: 'GET',
    path: '/api/webhooks',
    summary: 'Webhooks, oldest first',
    tag: 'webhooks',
    answers: listOf(WebhookSchema),
  }),
  createWebhook: route({
    method: 'POST',
    path: '/api/webhooks',
    summary: 'Have an address told of events from now on; the answer has the secret, which is never shown again',
    tag: 'webhooks',
    body: z.object({ url, topics: topics.default([]), enabled: z.boolean().default(true) }),
    answers: WebhookWithSecretSchema,
    status: 201,
  }),
  getWebhook: route({
    method: 'GET',
    path: '/api/webhooks/:id',
    summary: 'One webhook; its ETag is its version',
    tag: 'webhooks',
    params: id,
    answers: WebhookSchema,
  }),
  changeWebhook: route({
    method: 'PATCH',
    path: '/api/webhooks/:id',
    summary: 'Change address, topics or whether it is on; If-Match says which version is meant',
    tag: 'webhooks',
    params: id,
    body: z.object({ url: url.optional(), topics: topics.optional(), enabled: z.boolean().optional() }),
    answers: WebhookSchema,
  }),
  removeWebhook: route({
    method: 'DELETE',
    path: '/api/webhooks/:id',
    summary: 'Remove it with its deliveries',
    tag: 'webhooks',
    params: id,
    answers: z.object({ removed: z.string() }),
  }),
  renewWebhookSecret: route({
    method: 'POST',
    path: '/api/webhooks/:id/secret',
    summary: 'Give it a new secret, which is shown this once; the old one ends at once',
    tag: 'webhooks',
    params: id,
    answers: WebhookWithSecretSchema,
  }),
  testWebhook: route({
    method: 'POST',
    path: '/api/webhooks/:id/test',
    summary: 'Send it a made-up event of type system.note now, outside of journal and delivery log',
    tag: 'webhooks',
    params: id,
    answers: SendingSchema,
  }),
  listDeliveries: route({
    method: 'GET',
    path: '/api/webhooks/:id/deliveries',
    summary: 'What was or will be sent to it, newest event first; settled ones are kept for 30 days',
    tag: 'webhooks',
    params: id,
    query: z.object(page),
    answers: listOf(DeliverySchema),
  }),
  redeliver: route({
    method: 'POST',
    path: '/api/webhooks/:id/deliveries/:seq/redeliver',
    summary: 'Send it again, with all its tries',
    tag: 'webhooks',
    params: id.extend({ seq: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER) }),
    answers: z.object({ webhook: z.string(), seq: z.int() }),
    status: 202,
  }),
} as const;

/** See {@link WebhookSchema}. */
export type WebhookView = z.infer<typeof WebhookSchema>;
/** See {@link DeliverySchema}. */
export type DeliveryView = z.infer<typeof DeliverySchema>;
