/** The activities of a host worker: each checks its order, then hands over to the host. */
import { CancelledFailure } from '@temporalio/common';
import { AppError } from '../../contracts/errors.ts';
import type { RunProgress } from '../../contracts/host-door.ts';
import type { WorkOrder } from '../../contracts/order.ts';
import { checkEpoch } from '../../host/orders/check-epoch.ts';
import { checkOrder } from '../../host/orders/check-order.ts';
import { endAgent, startAgent, watchAgent } from '../../host/tasks/agent-run.ts';
import { checkoutTask } from '../../host/tasks/checkout-task.ts';
import { commitWork } from '../../host/tasks/commit-work.ts';
import type { HostContext } from '../../host/tasks/host-context.ts';
import { parkWork } from '../../host/tasks/park-work.ts';
import { prepareWorkspace } from '../../host/tasks/prepare-workspace.ts';
import { respondTask } from '../../host/tasks/respond-task.ts';
import { closeWorkspace } from '../../host/tasks/close-workspace.ts';
import { salvageWork } from '../../host/tasks/settle-work.ts';
import { verifyWork } from '../../host/tasks/verify-work.ts';
import { beating } from '../heartbeat.ts';
import type { HeartbeatDetails } from '../heartbeat.ts';
import { withFailures } from '../to-failure.ts';
import type { HostActivities } from '../types.ts';

/** Creates them. */
export function createHostActivities(context: HostContext): HostActivities {
  const checked = (order: WorkOrder): void => {
    const { secret, installation, host, clock } = context;
    checkOrder(order, { secret, installation, host, nowMs: clock.now() });
    checkEpoch(context.paths, order);
  };
  return withFailures<HostActivities>({
    prepareWorkspace: async ({ order }) => {
      checked(order);
      return await beating((signal) => interruptible(signal, () => prepareWorkspace(context, order, signal)));
    },
    ...githubActivities(context, checked),
    startAgent: async ({ order, go }) => {
      checked(order);
      return await beating(() => startAgent(context, order, go));
    },
    watchAgent: async ({ order, go }) => {
      checked(order);
      let shown: HeartbeatDetails = {};
      const onProgress = (progress: RunProgress): void => {
        shown = heartbeatOf(progress);
      };
      return await beating(
        (signal) => interruptible(signal, () => watchAgent(context, order, go, { signal, onProgress })),
        () => shown,
      );
    },
    endAgent: async ({ order, go }) => {
      checked(order);
      return await beating(() => endAgent(context, order, go));
    },
    verify: async ({ order, round }) => {
      checked(order);
      return await beating((signal) => interruptible(signal, () => verifyWork(context, order, round, signal)));
    },
    commitTask: async ({ order }) => {
      checked(order);
      let shown: HeartbeatDetails = {};
      const onStep = (step: string): void => {
        shown = { step };
      };
      return await beating(
        () => commitWork(context, order, onStep),
        () => shown,
      );
    },
    salvage: async ({ order, attempts }) => {
      checked(order);
      return await beating(() => salvageWork(context, order, attempts));
    },
    parkWork: async ({ order }) => {
      checked(order);
      return await beating(() => parkWork(context, order));
    },
    closeWorkspace: async ({ order, deliver }) => {
      checked(order);
      return await beating(() => closeWorkspace(context, order, deliver));
    },
  });
}

/** What only tasks about GitHub have. */
function githubActivities(
  context: HostContext,
  checked: (order: WorkOrder) => void,
): Pick<HostActivities, 'checkoutTask' | 'respondTask'> {
  return {
    checkoutTask: async ({ order }) => {
      checked(order);
      return await beating((signal) => interruptible(signal, () => checkoutTask(context, order, signal)));
    },
    respondTask: async ({ order, end }) => {
      checked(order);
      return await beating(() => respondTask(context, order, end));
    },
  };
}

/** A run that somebody else ended on request while we waited means that we were, or will be, cancelled: not an error. */
async function interruptible<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (signal.aborted)
      throw error instanceof CancelledFailure ? error : new CancelledFailure('The activity was cancelled.');
    if (AppError.is(error, 'cancelled')) throw new CancelledFailure(error.message);
    throw error;
  }
}

function heartbeatOf({ phase, step, turns, lastTool, tokens, costUsd, logBytes }: RunProgress): HeartbeatDetails {
  return { phase, step, turns, lastTool, tokens, costUsd, bytes: logBytes };
}
