/** A task about GitHub on its host, from the workspace to the answer, in a process of its own that a failpoint kills. */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { WorkOrder } from '../../src/contracts/order.ts';
import { createGlances } from '../../src/host/git/glances.ts';
import { startAgent, watchAgent } from '../../src/host/tasks/agent-run.ts';
import { checkoutTask } from '../../src/host/tasks/checkout-task.ts';
import { commitWork } from '../../src/host/tasks/commit-work.ts';
import type { HostContext } from '../../src/host/tasks/host-context.ts';
import { prepareWorkspace } from '../../src/host/tasks/prepare-workspace.ts';
import { respondTask } from '../../src/host/tasks/respond-task.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { readEnvironment } from '../../src/platform/environment.ts';
import { silentLogger } from '../../src/platform/logger.ts';
import { createMasker } from '../../src/platform/masking.ts';
import { ensureStateDirectory } from '../../src/platform/paths.ts';

const order = z.custom<WorkOrder>().parse(JSON.parse(await readFile(process.argv[2] ?? '', 'utf8')));
const environment = readEnvironment();
const context: HostContext = {
  paths: await ensureStateDirectory(environment.nightloomHome ?? ''),
  environment,
  installation: order.installation,
  host: order.host,
  secret: 'a'.repeat(64),
  clock: systemClock,
  logger: silentLogger,
  masker: createMasker([]),
  glances: createGlances(),
};
const { signal } = new AbortController();
const go = { step: 'agent', prompt: 'attempt', sessionId: null, priorCostUsd: null, round: -1 } as const;

await prepareWorkspace(context, order, signal);
await checkoutTask(context, order, signal);
const started = await startAgent(context, order, go);
if (started.status === 'running') await watchAgent(context, order, go, { signal, onProgress: () => undefined });
const committed = await commitWork(context, order);
if (committed.kind !== 'committed') throw new Error(`not committed: ${committed.kind}`);
await respondTask(context, order, { kind: 'done', commit: committed.commit, session: null });
// What the throttling of requests still waits for must not keep us.
await sleep(0);
process.exit(0);
