/** How far a batch is, in numbers. */
import { z } from 'zod';

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
