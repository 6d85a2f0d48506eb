/** The history of a batch, read from Temporal. */
import type { BatchId, InstallationId } from '../../src/contracts/ids.ts';
import { batchWorkflowId } from '../../src/contracts/names.ts';
import type { Status } from '../../src/contracts/views.ts';
import { connectTemporal, embeddedTemporalConfig } from '../../src/temporal/connection.ts';

/** One event. */
export interface HistoryEvent {
  /** Which of the batch's executions, by number. */
  readonly run: number;
  readonly id: number;
  /** Milliseconds since 1970, with fractions. */
  readonly atMs: number;
  /** The workflow task, or the type of the activity, that it is about; else null. */
  readonly subject: string | null;
  /** Which event before it began what this one ends; null: none. */
  readonly after: number | null;
  /** What lies between the two. */
  readonly span: 'waits' | 'works' | null;
  /** Name of the signal that came or was sent; else null. */
  readonly signal: string | null;
}

/** Every event of every execution of the batch, oldest execution first. */
export async function eventsOfBatch(status: Status, batch: string): Promise<HistoryEvent[]> {
  const { temporalAddress, installation } = status;
  if (temporalAddress === null || installation === null) throw new Error('The stack has no Temporal.');
  const temporal = connectTemporal(embeddedTemporalConfig(temporalAddress, { temporalNamespace: null }));
  try {
    const workflowId = batchWorkflowId(installation as InstallationId, batch as BatchId);
    const runs: RawEvent[][] = [];
    let runId: string | null | undefined;
    do {
      const handle = temporal.client.workflow.getHandle(workflowId, runId ?? undefined);
      const events = (await handle.fetchHistory()).events ?? [];
      runs.unshift(events);
      runId = events[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId;
    } while (runId);
    return runs.flatMap((events, run) => events.map((event) => toEvent(event, run, events)));
  } finally {
    await temporal.close();
  }
}

/** Events of the batch's present execution and of all lanes, together. */
export async function historyLengths(status: Status, batch: string): Promise<number> {
  const { temporalAddress, installation } = status;
  if (temporalAddress === null || installation === null) throw new Error('The stack has no Temporal.');
  const temporal = connectTemporal(embeddedTemporalConfig(temporalAddress, { temporalNamespace: null }));
  try {
    const workflowId = batchWorkflowId(installation as InstallationId, batch as BatchId);
    let sum = (await temporal.client.workflow.getHandle(workflowId).describe()).historyLength;
    for await (const lanes of temporal.client.workflow.list({ query: 'WorkflowType = "lanesWorkflow"' })) {
      sum += (await temporal.client.workflow.getHandle(lanes.workflowId, lanes.runId).describe()).historyLength;
    }
    return sum;
  } finally {
    await temporal.close();
  }
}

type RawEvent = NonNullable<
  Awaited<
    ReturnType<ReturnType<ReturnType<typeof connectTemporal>['client']['workflow']['getHandle']>['fetchHistory']>
  >['events']
>[number];

function toEvent(event: RawEvent, run: number, all: readonly RawEvent[]): HistoryEvent {
  const { scheduledId, after, span } = placeOf(event);
  const scheduled = all.find((each) => scheduledId !== null && Number(each.eventId) === scheduledId);
  const activity = scheduled?.activityTaskScheduledEventAttributes?.activityType?.name;
  return {
    run,
    id: Number(event.eventId),
    atMs: Number(event.eventTime?.seconds ?? 0) * 1000 + (event.eventTime?.nanos ?? 0) / 1e6,
    subject: scheduled === undefined ? null : (activity ?? 'workflow task'),
    after,
    span,
    signal:
      event.workflowExecutionSignaledEventAttributes?.signalName ??
      event.signalExternalWorkflowExecutionInitiatedEventAttributes?.signalName ??
      null,
  };
}

/** Which task an event starts or ends; null for every other. */
function placeOf(event: RawEvent): { scheduledId: number | null; after: number | null; span: HistoryEvent['span'] } {
  const started = event.activityTaskStartedEventAttributes ?? event.workflowTaskStartedEventAttributes;
  if (started != null) {
    const scheduledId = Number(started.scheduledEventId);
    return { scheduledId, after: scheduledId, span: 'waits' };
  }
  const ended = event.activityTaskCompletedEventAttributes ?? event.workflowTaskCompletedEventAttributes;
  if (ended == null) return { scheduledId: null, after: null, span: null };
  return { scheduledId: Number(ended.scheduledEventId), after: Number(ended.startedEventId), span: 'works' };
}
