/**
 * What the loop is handed: activities, a clock, waiting. With these it is a plain function and can be tested without a
 * server. Runs in the workflow sandbox.
 */
import type { ControlActivities, HostActivities } from '../activities/types.ts';
import type { BatchId } from '../contracts/ids.ts';
import type { BatchRecord } from '../contracts/record.ts';
import type { TransferVerdict } from '../contracts/state.ts';
import type { LaneRequest } from '../domain/lanes.ts';
import type { TransferAnswer, TransferMessage } from '../domain/transfers.ts';
import type { AccountReport } from './messages.ts';

/** What a batch says to the lanes of its host. A message that cannot be delivered is dropped: timers repeat it. */
export interface LanePorts {
  request(request: LaneRequest): Promise<void>;
  release(request: Pick<LaneRequest, 'batch' | 'request'>): Promise<void>;
  accountHeld(report: AccountReport): Promise<void>;
  accountFree(report: { readonly account: string }): Promise<void>;
}

/** What a batch says to other batches. */
export interface TransferPorts {
  /** False: the other batch is closed or unknown, and certainly did not get it now. */
  send(to: BatchId, message: TransferMessage): Promise<boolean>;
  answer(to: BatchId, answer: TransferAnswer): Promise<void>;
  /** What became of a transfer whose target is closed; null: not known now. */
  fate(to: BatchId, transferId: string): Promise<TransferVerdict | null>;
}

/** The world of a batch. */
export interface LoopPorts {
  /** Epoch milliseconds; workflow time. */
  now(): number;
  readonly control: Pick<ControlActivities, 'loadOrder' | 'record'>;
  /** Host activities whose summaries in the Web UI carry `label`. */
  host(label: string): HostActivities;
  readonly lanes: LanePorts;
  readonly transfers: TransferPorts;
  /** The awaited record at the end of an execution. */
  recordFinal(record: BatchRecord): Promise<boolean>;
  /** True when the condition came true, false when the time was over. `timeoutMs` null: no bound. */
  waitUntil(condition: () => boolean, timeoutMs: number | null, summary: string): Promise<boolean>;
  /** Runs `work` so that {@link interrupt} makes it throw a cancellation. */
  interruptible<Result>(work: () => Promise<Result>): Promise<Result>;
  /** Interrupts the present {@link interruptible}, if any. */
  interrupt(): void;
  /** True if the execution, which began that many tasks, should be continued as new. */
  executionIsLong(tasksBegun: number): boolean;
  /** False in an execution from before `maxWait` bounded a row of holds: there each hold counts by itself. */
  readonly addsWaitsUp: boolean;
  /** Called after every change: draws the Web UI's details. */
  changed(): void;
}
