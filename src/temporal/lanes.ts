/** What others do with the lanes workflow of a host: ask for a place, look, change the number of lanes. */
import type { Client } from '@temporalio/client';
import { WithStartWorkflowOperation } from '@temporalio/client';
import type { HostId, InstallationId } from '../contracts/ids.ts';
import { controlQueue, lanesWorkflowId, WORKFLOW_TYPES } from '../contracts/names.ts';
import { newLanes } from '../domain/lanes.ts';
import type { LaneRequest, LanesState } from '../domain/lanes.ts';
import { laneSignals, lanesQuery, setLaneLimitUpdate } from '../workflows/messages.ts';
import type { LaneLimits } from '../workflows/messages.ts';
import { notFound, translateCallError } from './batch-errors.ts';

/** Deadline of a call; without one the client waits for ever. */
const CALL_TIMEOUT_MS = 5000;

/** Operations on the lanes of the hosts of one installation. All throw AppError temporal_unreachable. */
export interface LaneClient {
  /** Sends the request, and starts the lanes if they do not run. */
  request(host: HostId, request: LaneRequest): Promise<void>;
  /** Changes how many batches, and tasks by themselves, may work at once (1 to 64 each). @throws AppError no_worker */
  setLimits(host: HostId, limits: LaneLimits): Promise<number>;
  /** null when the host has had no batch yet. @throws AppError no_worker */
  state(host: HostId): Promise<LanesState | null>;
}

/** Binds the operations to a client and an installation. */
export function createLaneClient(options: {
  readonly client: Client;
  readonly installation: InstallationId;
}): LaneClient {
  const { client, installation } = options;
  const call = async <Result>(request: () => Promise<Result>): Promise<Result> => {
    try {
      return await client.withDeadline(Date.now() + CALL_TIMEOUT_MS, request);
    } catch (error) {
      if (notFound(error)) throw error;
      throw await translateCallError(client, 'the lanes', error);
    }
  };
  const start = (host: HostId) => ({
    workflowId: lanesWorkflowId(installation, host),
    taskQueue: controlQueue(installation),
    args: [newLanes(installation, host)] as [LanesState],
    staticSummary: `Lanes of ${host}`,
  });
  return {
    request: (host, request) =>
      call(async () => {
        await client.workflow.signalWithStart(WORKFLOW_TYPES.lanes, {
          ...start(host),
          signal: laneSignals.request,
          signalArgs: [request],
        });
      }),
    setLimits: (host, limits) =>
      call(() => {
        const startWorkflowOperation = new WithStartWorkflowOperation(WORKFLOW_TYPES.lanes, {
          ...start(host),
          workflowIdConflictPolicy: 'USE_EXISTING',
        });
        return client.workflow.executeUpdateWithStart(setLaneLimitUpdate, {
          args: [limits],
          startWorkflowOperation,
        });
      }),
    state: async (host) => {
      try {
        return await call(() => client.workflow.getHandle(lanesWorkflowId(installation, host)).query(lanesQuery));
      } catch (error) {
        if (notFound(error)) return null;
        throw error;
      }
    },
  };
}
