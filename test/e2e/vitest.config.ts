import { defineConfig } from 'vitest/config';

/** `npm run test:e2e`: the end-to-end tests that `npm test` leaves out. */
export default defineConfig({
  test: {
    name: 'e2e',
    include: ['test/e2e/more/**/*.test.ts'],
    globalSetup: ['test/support/temporal-server.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});
