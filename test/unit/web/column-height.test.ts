import { expect, it } from 'vitest';
import { tasksHeight } from '../../../web/src/model/column-height.ts';

const none = { queued: 0, running: 0, waiting: 0, completed: 0, failed: 0, skipped: 0, cancelled: 0 };

it('has one line for all that is done, two for what says something, one for what is queued, up to the last shown', () => {
  expect(tasksHeight({ ...none, completed: 9, running: 1, failed: 2, queued: 50 }, 40)).toBe(
    'calc(1 * var(--row-done) + 3 * var(--row-with-line) + 40 * var(--row) + 2 * var(--space-1))',
  );
  expect(tasksHeight({ ...none, queued: 2 }, 40)).toContain('0 * var(--row-done) + 0 * var(--row-with-line) + 2 *');
});
