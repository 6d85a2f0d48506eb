/** Why a running batch is not working: its hold, its place in the lanes, and the lanes themselves. Instants are RFC 3339. */
import { z } from 'zod';
import { HOLD_REASONS } from './vocabulary.ts';

const instant = z.string().describe('RFC 3339');
const why = z.enum(['lanes_full', 'account_held', 'probing']);
const place = z.int().describe('In the queue of the host, from 1');

/** A hold of one batch. */
export const HoldViewSchema = z.object({
  reason: z.enum(HOLD_REASONS),
  since: instant,
  until: instant.nullable().describe('null: until somebody or something ends it'),
  message: z.string(),
});

/** A batch's place in the lanes. */
export const LaneViewSchema = z.object({
  status: z.enum(['none', 'asked', 'held']),
  why: why.nullable().describe('Why it waits; null: it does not, or nobody said yet'),
  place: place.nullable(),
  of: z.int().nullable().describe('Batches in that queue'),
  reason: z.enum(HOLD_REASONS).nullable().describe('Of the hold of the account'),
  until: instant.nullable(),
  message: z.string().nullable().describe('For people: names no clock time, for that is the reader’s'),
});

/** The lanes of a host: who works, who waits for it, which accounts hold. */
export const LanesSchema = z
  .object({
    host: z.string(),
    limit: z.int().describe('So many batches work at once'),
    holders: z.array(z.object({ batchId: z.string(), name: z.string(), since: instant })),
    queue: z.array(z.object({ batchId: z.string(), name: z.string(), place, why, message: z.string() })),
    background: z
      .object({
        limit: z.int(),
        working: z.array(z.object({ taskId: z.string(), name: z.string(), since: instant })),
        waiting: z.array(z.object({ taskId: z.string(), name: z.string(), place, why, message: z.string() })),
      })
      .describe('Tasks by themselves: they take no lane'),
    accounts: z.array(
      z.object({
        account: z.string(),
        reason: z.enum(HOLD_REASONS),
        until: instant,
        message: z.string(),
        probe: z.string().nullable().describe('Batch that tries the account now; null: none'),
      }),
    ),
  })
  .meta({ id: 'Lanes' });

/** See {@link HoldViewSchema}. */
export type HoldView = z.infer<typeof HoldViewSchema>;
/** See {@link LaneViewSchema}. */
export type LaneView = z.infer<typeof LaneViewSchema>;
/** See {@link LanesSchema}. */
export type Lanes = z.infer<typeof LanesSchema>;
