import { defineConfig } from 'vitest/config';
import { COMPILE_CACHE as env } from './test/support/compile-cache.ts';

const temporal = ['test/support/temporal-server.ts'];
/** A busy machine may take longer than the one second that is Vitest's own. */
const patient = { poll: { timeout: 10_000 } };

/** Projects from cheap to dear; those that need Temporal share one dev server per test run. */
export default defineConfig({
  test: {
    pool: 'forks',
    // Two cores wait a third of the time for a third of the tests: for processes, disks and timers.
    maxWorkers: 3,
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'test/unit/**/*.test.ts',
            'test/architecture/**/*.test.ts',
            'test/contract/**/*.test.ts',
            'test/replay/**/*.test.ts',
          ],
          testTimeout: 30_000,
          hookTimeout: 60_000,
          expect: patient,
          env,
        },
      },
      {
        test: {
          name: 'api',
          include: ['test/api/**/*.test.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
          expect: patient,
          env,
        },
      },
      {
        test: {
          name: 'workflows',
          include: ['test/workflows/**/*.test.ts', 'test/activities/**/*.test.ts'],
          globalSetup: temporal,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          expect: patient,
          env,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/*.test.ts'],
          globalSetup: temporal,
          testTimeout: 120_000,
          expect: patient,
          env,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'web',
          include: ['test/web/{flows,requirements,tonight}.test.ts'],
          globalSetup: temporal,
          setupFiles: ['test/web/support/print-evidence.ts'],
          provide: { isQuick: true },
          testTimeout: 60_000,
          expect: patient,
          env,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'faults',
          include: ['test/faults/**/*.test.ts'],
          globalSetup: temporal,
          testTimeout: 180_000,
          expect: patient,
          env,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
