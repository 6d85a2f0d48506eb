/** kill -9 before and after every external effect: the batch ends by itself as if nothing had happened. */
import { describe, expect, inject, it } from 'vitest';
import { FAILPOINTS, hitFailpoints } from '../../src/platform/failpoint.ts';
import type { Failpoint } from '../../src/platform/failpoint.ts';
import {
  endsOf,
  makeProject,
  remoteOf,
  startBatch,
  THREE_ENDS,
  THREE_TASKS,
  untilEnded,
  violationsOf,
} from './fault-night.ts';
import { makeStack } from './stack.ts';

/** The first pass is the baseline's: the agent's is meant. */
const PASSES: Partial<Record<Failpoint, number>> = { 'spawn:before': 2, 'spawn:after': 2 };

/** Those that a batch goes through: a failpoint that no batch reaches fails its test. */
const names = Object.keys(FAILPOINTS).filter(
  (name): name is Failpoint => isFailpoint(name) && (FAILPOINTS[name] === 'host' || FAILPOINTS[name] === 'control'),
);

function isFailpoint(name: string): name is Failpoint {
  return Object.hasOwn(FAILPOINTS, name);
}

describe.concurrent('SIGKILL at a failpoint', () => {
  it.each(names)('[P1 P2 P3 P5 P7 P13] %s', { timeout: 120_000 }, async (name) => {
    const failpoint = `${name}=kill:${PASSES[name] ?? 1}`;
    const stack = await makeStack({ temporalAddress: inject('temporalAddress'), failpoint });
    try {
      stack.keepUp();
      await stack.up();
      const project = await makeProject(stack, THREE_TASKS);
      const batch = await startBatch(stack, project, ['fixed', 'plain', 'broken'], 'night', {
        delivery: { mode: 'push' },
      });
      await untilEnded(stack, batch);
      expect(hitFailpoints(stack.failpointLog)).toEqual([name]);
      expect(await violationsOf(stack, [project])).toEqual([]);
      expect(await endsOf(stack, batch)).toEqual(THREE_ENDS);
      const branch = 'refs/heads/nightloom/night';
      const pushed = await project.repository.git(['rev-parse', branch], { in: remoteOf(project.repository) });
      expect(pushed).toBe(await project.repository.git(['rev-parse', branch]));
    } finally {
      await stack.stop();
    }
  });
});
