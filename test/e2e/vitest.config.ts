import { defineConfig } from 'vitest/config';
import { COMPILE_CACHE } from '../support/compile-cache.ts';

/** `npm run test:e2e`: the end-to-end tests that `npm test` leaves out. */
export default defineConfig({
  test: {
    name: 'e2e',
    include: ['test/e2e/more/**/*.test.ts'],
    globalSetup: ['test/support/temporal-server.ts'],
    env: COMPILE_CACHE,
    pool: 'forks',
    maxWorkers: 3,
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});
