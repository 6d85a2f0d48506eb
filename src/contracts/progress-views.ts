/** A batch in numbers: how far it is, and its limits. */
import { z } from 'zod';
import { ON_USAGE_LIMIT } from './vocabulary.ts';

const instant = z.string().describe('RFC 3339');

/** Numbers of tasks by status; `idle` ones count as queued, so the sum is the number of tasks. */
export const CountsSchema = z.object({
  queued: z.int(),
  running: z.int(),
  waiting: z.int(),
  completed: z.int(),
  failed: z.int(),
  skipped: z.int(),
  cancelled: z.int(),
});

/** Working time that is left, by the average of the tasks that ended; waits for limits are not in it. */
export const ForecastSchema = z
  .object({
    samples: z.int().describe('Tasks that it is made from; at least 3'),
    meanMs: z.int().describe('Working time of one'),
    leftMs: z.object({ from: z.int(), to: z.int() }),
    endsAt: z.object({ from: instant, to: instant }).nullable().describe('null unless the batch runs'),
  })
  .meta({ id: 'Forecast' });

/** Limits that were changed since the batch was made. */
export const BatchLimitsSchema = z
  .object({
    attempts: z.int().nullable().describe('null, here and below: as the settings of its projects say'),
    maxFixes: z.int().nullable(),
    onUsageLimit: z.enum(ON_USAGE_LIMIT).nullable(),
  })
  .meta({ id: 'BatchLimits' });
