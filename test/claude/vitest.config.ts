import { defineConfig } from 'vitest/config';

/** Tests against the real Claude Code, which they fetch (360 MB) on first use: not part of the normal run. */
export default defineConfig({
  test: {
    name: 'claude',
    include: ['test/claude/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 1,
    testTimeout: 60_000,
    hookTimeout: 300_000,
  },
});
