/** Whether anybody works on a task queue. */
import type { Connection } from '@temporalio/client';
import proto from '@temporalio/proto';
import { withinDeadline } from './service-errors.ts';

const { TaskQueueType } = proto.temporal.api.enums.v1;

/** A worker that polls asks again within a minute (the server's long poll); this leaves it some time. */
const RECENT_MS = 90_000;

/**
 * Workers that lately polled the queue for activities. The server remembers one that died for some minutes, so the
 * time of its last poll counts.
 * @throws an error of the service when it does not answer within `timeoutMs`
 */
export async function countPollers(
  connection: Connection,
  place: { namespace: string; queue: string },
  timeoutMs: number,
): Promise<number> {
  const now = Date.now();
  const { pollers } = await withinDeadline(connection, now + timeoutMs, () =>
    connection.workflowService.describeTaskQueue({
      namespace: place.namespace,
      taskQueue: { name: place.queue },
      taskQueueType: TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
    }),
  );
  return (pollers ?? []).filter(({ lastAccessTime }) => now - Number(lastAccessTime?.seconds ?? 0) * 1000 < RECENT_MS)
    .length;
}
