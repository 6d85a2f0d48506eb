import { defineConfig } from 'vitest/config';

/** Tests against the real command lines of other agents, which they fetch (900 MB) on first use: not part of the normal run. */
export default defineConfig({
  test: {
    name: 'agents',
    include: ['test/agents/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 300_000,
  },
});
