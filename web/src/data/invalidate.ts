/** Which answers an event makes old. */
import type { QueryClient } from '@tanstack/react-query';
import type { EventView } from '../../../src/contracts/views.ts';
import { KEYS } from './queries.ts';

/** Events come in bursts; this long they are collected. Far below what a person sees as late. */
const COLLECT_MS = 80;

/** See {@link createInvalidator}. */
export interface Invalidator {
  event(event: EventView): void;
  everything(): void;
}

/** Renews what is on screen, and marks the rest as old. */
export function createInvalidator(queries: QueryClient): Invalidator {
  let pending = new Map<string, readonly unknown[]>();
  const flush = (): void => {
    const keys = pending;
    pending = new Map();
    for (const queryKey of keys.values()) void queries.invalidateQueries({ queryKey });
  };
  const add = (key: readonly unknown[]): void => {
    if (pending.size === 0) setTimeout(flush, COLLECT_MS);
    pending.set(JSON.stringify(key), key);
  };
  return {
    event: ({ batch, task }) => {
      add(KEYS.batches);
      add(KEYS.report);
      add(KEYS.lanes);
      add(KEYS.inbox);
      // A requirement's status is that of its task.
      add(['requirements']);
      if (batch !== null) add(KEYS.batch(batch));
      if (task !== null) add(KEYS.task(task));
    },
    everything: () => void queries.invalidateQueries(),
  };
}
