/** What the API is handed. */
import type { DoctorCheck } from '../contracts/doctor-routes.ts';
import type { HostDoor } from '../contracts/host-door.ts';
import type { JournalEvent } from '../contracts/events.ts';
import type { BatchId, HostId, IdeaId, InstallationId, ProjectId, TaskId, WebhookId } from '../contracts/ids.ts';
import type { Status } from '../contracts/views.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { Store } from '../store/store.ts';
import type { LaneClient } from '../temporal/lanes.ts';
import type { BatchCommands } from './batch-commands.ts';

/** Makers of new ids. */
export interface IdMaker {
  project(): ProjectId;
  batch(): BatchId;
  task(): TaskId;
  webhook(): WebhookId;
  idea(): IdeaId;
}

/** How one sending to a webhook went. */
export interface WebhookSending {
  readonly responseCode: number | null;
  /** null: it was delivered. */
  readonly problem: string | null;
}

/** What the API asks of whoever sends to webhooks. */
export interface WebhookSender {
  /** Its secret of that number; see `WebhookRow`. */
  secretOf(webhook: WebhookId, number: number): string;
  /** @throws AppError invalid_input, webhook_target_refused */
  checkTarget(url: string): void;
  /** Sends it now, once. */
  send(
    webhook: { readonly id: WebhookId; readonly url: string; readonly secretNumber: number },
    event: JournalEvent,
  ): Promise<WebhookSending>;
}

/** Everything that `buildApi` needs; it opens and closes none of it. */
export interface ApiDeps {
  readonly store: Store;
  readonly door: HostDoor;
  readonly batches: BatchCommands;
  readonly lanes: Pick<LaneClient, 'state' | 'setLimits'>;
  readonly webhooks: WebhookSender;
  readonly clock: Clock;
  readonly ids: IdMaker;
  readonly logger: Logger;
  /** Secret that every request under /api carries as bearer token. */
  readonly token: string;
  /** Names that a Host header may have: `localhost` allows any port, `localhost:4600` only that one. */
  readonly allowedHosts: readonly string[];
  /** The host whose door this is. */
  readonly host: HostId;
  readonly installation: InstallationId;
  readonly version: string;
  /** Folder of the built dashboard; absent: none is served. */
  readonly dashboard?: string;
  status(): Promise<Status>;
  /** What the process that serves us needs itself, besides the host; absent: nothing. */
  readonly ownChecks?: () => Promise<DoctorCheck[]>;
  /** With which GitHub signs deliveries of its webhook. Secret; null or absent: none are taken. */
  readonly githubWebhookSecret?: string | null;
  /** Metrics of a Temporal worker in this process, in the text format of Prometheus; absent: there is none. */
  readonly workerMetrics?: () => Promise<string>;
  /** What the host worker that belongs to this process measures, in the same format; null: it is down. Absent: there is none. */
  readonly hostMetrics?: () => Promise<string | null>;
}
