/** The control plane's part of the store. */
import type { EventType, JournalEvent } from '../contracts/events.ts';
import type { WebhookId } from '../contracts/ids.ts';
import type { AuditOutcome, DeliveryStatus } from '../contracts/vocabulary.ts';
import type { Page } from './store.ts';

/** A request that carries a key of its caller's. */
export interface KeyedRequest {
  /** Whose key it is: two callers may choose the same. */
  readonly principal: string;
  readonly key: string;
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly bodySha256: string;
}

/** What to do with a keyed request. */
export type KeyedVerdict =
  | {
      readonly verdict: 'run';
      /** True: an earlier go ended without an answer, and may have had its effect. */
      readonly again: boolean;
    }
  | { readonly verdict: 'answered'; readonly status: number; readonly answer: string }
  /** Somebody is at it, at least until then. */
  | { readonly verdict: 'under_way'; readonly untilMs: number }
  | { readonly verdict: 'other_request' };

/** Requests by the keys of their callers, and how they were answered. */
export interface IdempotencyStore {
  /**
   * Whoever is told to run has the key until `leaseUntilMs`; keys older than `bornAfterMs` count as new.
   * @param holder names the process
   */
  begin(
    request: KeyedRequest,
    lease: {
      readonly holder: string;
      readonly nowMs: number;
      readonly leaseUntilMs: number;
      readonly bornAfterMs: number;
    },
  ): Promise<KeyedVerdict>;
  /** Prolongs the lease of keys that `holder` is still at. */
  renew(holder: string, keys: readonly Pick<KeyedRequest, 'principal' | 'key'>[], leaseUntilMs: number): Promise<void>;
  /** Keeps the answer. */
  finish(
    request: Pick<KeyedRequest, 'principal' | 'key'>,
    answer: { readonly status: number; readonly answer: string },
  ): Promise<void>;
  /** Nothing was done, or the answer is not to be kept: the next request with the key runs. */
  release(request: Pick<KeyedRequest, 'principal' | 'key'>): Promise<void>;
  /** Forgets keys made before. */
  purge(bornBeforeMs: number): Promise<void>;
}

/** A change that somebody asks for. Neither bodies nor secrets. */
export interface AuditEntry {
  readonly atMs: number;
  /** `token`, `session:<first 12 hex digits of its digest>`, or `nobody`: who logs in is not known before. */
  readonly who: string;
  readonly address: string;
  readonly method: string;
  /** Path pattern. */
  readonly route: string;
  /** What the request names. */
  readonly subjects: readonly string[];
  /** Id of the HTTP request, as its answer and the log say it. */
  readonly request: string;
}

/** How a change was answered. */
export interface AuditEnd {
  /** HTTP status. */
  readonly status: number;
  /** Of the catalogue; null: no error. */
  readonly code: string | null;
  /** What the request names and what it made. */
  readonly subjects: readonly string[];
  readonly atMs: number;
}

/** {@link AuditEntry} with its place and its end; without one the process died at it, or is still at it. */
export interface AuditRow extends AuditEntry {
  readonly number: number;
  readonly status: number | null;
  readonly code: string | null;
  readonly endedAtMs: number | null;
}

/** Which part of the audit; absent: all. */
export interface AuditFilter {
  readonly limit: number;
  readonly cursor?: string;
  /** Id, of any kind. */
  readonly subject?: string;
  readonly who?: string;
  readonly method?: string;
  readonly outcome?: AuditOutcome;
  readonly sinceMs?: number;
  readonly untilMs?: number;
}

/** The audit. */
export interface AuditStore {
  /** Before anything is done. Number of the row. */
  begin(entry: AuditEntry): Promise<number>;
  end(number: number, end: AuditEnd): Promise<void>;
  /** Newest first. @throws AppError invalid_input (a forged cursor) */
  list(filter: AuditFilter): Promise<Page<AuditRow>>;
  /** Forgets what is older. */
  purge(beforeMs: number): Promise<void>;
}

/** Whom to tell of events. */
export interface WebhookRow {
  readonly id: WebhookId;
  readonly url: string;
  /** Event types, or their first part (`task`); empty: all. */
  readonly topics: readonly string[];
  readonly enabled: boolean;
  /** Which of its secrets counts; from 1. */
  readonly secretNumber: number;
  /** Rises with every change. */
  readonly version: number;
  readonly createdAtMs: number;
}

/** What can be changed of a webhook. */
export type WebhookChange = Partial<Pick<WebhookRow, 'url' | 'topics' | 'enabled' | 'secretNumber'>>;

/** One event for one webhook. */
export interface DeliveryRow {
  readonly webhook: WebhookId;
  readonly seq: number;
  readonly type: EventType | null;
  readonly status: DeliveryStatus;
  readonly attempt: number;
  readonly responseCode: number | null;
  readonly problem: string | null;
  readonly nextAtMs: number | null;
  readonly createdAtMs: number;
  readonly settledAtMs: number | null;
}

/** A delivery that was claimed for sending. */
export interface DueDelivery {
  readonly webhook: WebhookRow;
  readonly event: JournalEvent;
  /** Number of this sending, from 1. */
  readonly attempt: number;
}

/** How a sending went. */
export interface DeliveryOutcome {
  readonly status: DeliveryStatus;
  readonly responseCode: number | null;
  /** null: it went well. */
  readonly problem: string | null;
  /** null: not again. */
  readonly nextAtMs: number | null;
}

/** Webhooks and what was sent to them. */
export interface WebhookStore {
  /** Hears of events after the newest one now. The same id again changes nothing. */
  add(webhook: Omit<WebhookRow, 'version' | 'secretNumber'>): Promise<WebhookRow>;
  list(): Promise<WebhookRow[]>;
  get(id: WebhookId): Promise<WebhookRow | null>;
  /** null: it has another version, or is gone. */
  change(id: WebhookId, version: number, change: WebhookChange): Promise<WebhookRow | null>;
  remove(id: WebhookId): Promise<void>;
  /** Makes the deliveries of events that have none, exactly one for each event and webhook; false: there was nothing. */
  plan(nowMs: number): Promise<boolean>;
  /** Claims what is due (for `webhook`, else for any), oldest first: nobody else gets it before `leaseUntilMs`. */
  claim(nowMs: number, leaseUntilMs: number, limit: number, webhook?: WebhookId): Promise<DueDelivery[]>;
  settle(webhook: WebhookId, seq: number, outcome: DeliveryOutcome, nowMs: number): Promise<void>;
  /** When the next one is due; null: none. */
  nextDueMs(): Promise<number | null>;
  /** Newest first. */
  deliveries(
    webhook: WebhookId,
    filter: { readonly limit: number; readonly cursor?: string },
  ): Promise<Page<DeliveryRow>>;
  /** Sends it again from the start. False: there is none. */
  again(webhook: WebhookId, seq: number, nowMs: number): Promise<boolean>;
  /** Forgets settled deliveries that are older. */
  purge(beforeMs: number): Promise<void>;
}

/** A setting of the installation. */
export interface SettingRow {
  readonly value: unknown;
  readonly version: number;
}

/** Settings of the installation, by key. */
export interface SettingStore {
  get(key: string): Promise<SettingRow | null>;
  /** False: it has another version. 0: there was none. */
  set(key: string, value: unknown, version: number): Promise<boolean>;
}
