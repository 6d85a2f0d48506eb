/** What Temporal remembers of batches, reduced to what promises are about; read without any workflow code of the product's. */
import { connectTemporal, embeddedTemporalConfig } from '../../src/temporal/connection.ts';
import type { TemporalClient } from '../../src/temporal/connection.ts';

/** One thing that happened; `id` is the event's number within its execution. */
export type HistoryFact = { readonly id: number } & (
  | { readonly kind: 'scheduled'; readonly activity: string; readonly task: string | null; readonly atMs: number }
  /** Ended, or let go of. */
  | { readonly kind: 'closed'; readonly scheduledId: number; readonly atMs: number }
  | { readonly kind: 'asked'; readonly command: string }
  | { readonly kind: 'answered'; readonly askedId: number; readonly result: string; readonly running: string | null }
  | { readonly kind: 'received'; readonly transfer: string; readonly tasks: readonly string[] }
  | { readonly kind: 'continued'; readonly runId: string }
);

/** One execution of a batch's workflow. */
export interface Execution {
  readonly runId: string;
  /** The execution that it continues; null: a new one, or a reopened batch. */
  readonly continues: string | null;
  readonly isOpen: boolean;
  readonly facts: readonly HistoryFact[];
}

/** Batch id -> its executions, oldest first. */
export type Histories = ReadonlyMap<string, readonly Execution[]>;

/** Reads all executions of the batches' workflows from the server of a stack. */
export async function readHistories(
  status: { readonly temporalAddress: string | null; readonly installation: string | null },
  batches: readonly string[],
): Promise<Histories> {
  if (status.temporalAddress === null || status.installation === null) throw new Error('The stack has no Temporal.');
  const temporal = connectTemporal(embeddedTemporalConfig(status.temporalAddress, { temporalNamespace: null }));
  try {
    const histories = new Map<string, Execution[]>();
    for (const batch of batches) {
      histories.set(batch, await executionsOf(temporal, `${status.installation}:batch:${batch}`));
    }
    return histories;
  } finally {
    await temporal.close();
  }
}

async function executionsOf({ client }: TemporalClient, workflowId: string): Promise<Execution[]> {
  const executions: Execution[] = [];
  for await (const { runId, status } of client.workflow.list({ query: `WorkflowId = "${workflowId}"` })) {
    const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    const first = events?.[0]?.workflowExecutionStartedEventAttributes;
    executions.push({
      runId,
      continues: first?.continuedExecutionRunId === '' ? null : (first?.continuedExecutionRunId ?? null),
      isOpen: status.name === 'RUNNING',
      facts: (events ?? []).map(toFact).filter((fact) => fact !== null),
    });
  }
  return executions.toReversed();
}

type RawEvent = NonNullable<
  Awaited<ReturnType<ReturnType<TemporalClient['client']['workflow']['getHandle']>['fetchHistory']>>['events']
>[number];

function toFact(event: RawEvent): HistoryFact | null {
  const id = Number(event.eventId);
  const atMs = Number(event.eventTime?.seconds ?? 0) * 1000 + (event.eventTime?.nanos ?? 0) / 1e6;
  const scheduled = event.activityTaskScheduledEventAttributes;
  if (scheduled != null) {
    const order = member(firstOf(scheduled.input?.payloads), 'order');
    return { id, kind: 'scheduled', activity: scheduled.activityType?.name ?? '', task: textOf(order, 'task'), atMs };
  }
  const closed =
    event.activityTaskCompletedEventAttributes ??
    event.activityTaskFailedEventAttributes ??
    event.activityTaskTimedOutEventAttributes ??
    event.activityTaskCanceledEventAttributes ??
    event.activityTaskCancelRequestedEventAttributes;
  if (closed != null) return { id, kind: 'closed', scheduledId: Number(closed.scheduledEventId), atMs };
  return toMessage(event, id);
}

/** What others asked of it, and how it went on. */
function toMessage(event: RawEvent, id: number): HistoryFact | null {
  const asked = event.workflowExecutionUpdateAcceptedEventAttributes;
  if (asked != null) return { id, kind: 'asked', command: asked.acceptedRequest?.input?.name ?? '' };
  const answered = event.workflowExecutionUpdateCompletedEventAttributes;
  if (answered != null) {
    const answer = firstOf(answered.outcome?.success?.payloads);
    const askedId = Number(answered.acceptedEventId);
    return {
      id,
      kind: 'answered',
      askedId,
      result: textOf(answer, 'result') ?? '',
      running: textOf(answer, 'running'),
    };
  }
  const signal = event.workflowExecutionSignaledEventAttributes;
  if (signal?.signalName === 'receiveTransfer') {
    const message = firstOf(signal.input?.payloads);
    const tasks = member(message, 'tasks');
    const ids = Array.isArray(tasks) ? tasks.map((task: unknown) => textOf(member(task, 'state'), 'id')) : [];
    return {
      id,
      kind: 'received',
      transfer: textOf(message, 'transferId') ?? '',
      tasks: ids.filter((each) => each !== null),
    };
  }
  const continued = event.workflowExecutionContinuedAsNewEventAttributes;
  if (continued != null) return { id, kind: 'continued', runId: continued.newExecutionRunId ?? '' };
  return null;
}

function firstOf(payloads: readonly { readonly data?: Uint8Array | null }[] | null | undefined): unknown {
  const data = payloads?.[0]?.data;
  return data == null ? null : JSON.parse(Buffer.from(data).toString('utf8'));
}

function textOf(value: unknown, name: string): string | null {
  const found = member(value, name);
  return typeof found === 'string' ? found : null;
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return null;
  return Object.entries(value).find(([key]) => key === name)?.[1] ?? null;
}
