/** Real runs in a directory of their own, and the certainty that nothing of them is left. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readEnvironment } from '../../../src/platform/environment.ts';
import type { RunSpec } from '../../../src/host/runs/launch.ts';
import { fence } from '../../../src/host/runs/terminate.ts';

const PATH = readEnvironment().path;

export interface Playground {
  readonly root: string;
  /** Specification of a run `name` that executes a shell script. */
  spec(name: string, script: string, overrides?: Partial<RunSpec>): RunSpec;
  clean(): Promise<void>;
}

export function makePlayground(): Playground {
  const root = mkdtempSync(join(tmpdir(), 'nightloom-runs-'));
  return {
    root,
    spec: (name, script, overrides = {}) => ({
      dir: join(root, 'runs', name),
      marker: `${root}/${name}`,
      argv: ['/bin/sh', '-c', script],
      cwd: root,
      env: { PATH },
      stdin: null,
      timeoutMs: 60_000,
      graceMs: 500,
      ...overrides,
    }),
    clean: async () => {
      await fence(root, { graceMs: 50 });
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** Polls until `condition` holds; fails after `withinMs`. */
export async function until(condition: () => boolean | Promise<boolean>, withinMs = 10_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`Still not so after ${withinMs} ms: ${condition.toString()}`);
    await sleep(10);
  }
}
