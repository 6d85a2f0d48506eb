import { defineConfig } from 'vitest/config';
import { COMPILE_CACHE } from '../support/compile-cache.ts';

/** `npm run test:web`: a real browser on the real stack. The dashboard must have been built. */
export default defineConfig({
  test: {
    name: 'web',
    include: ['test/web/**/*.test.ts'],
    globalSetup: ['test/support/temporal-server.ts'],
    setupFiles: ['test/web/support/print-evidence.ts'],
    provide: { isQuick: false },
    expect: { poll: { timeout: 10_000 } },
    env: COMPILE_CACHE,
    pool: 'forks',
    // A browser and a stack wait for each other: two pairs use two cores better than one.
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
