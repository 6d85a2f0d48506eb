/** The control plane's tables as Kysely sees them. Instants and JSON as in `database.ts`. */
import type { Generated } from 'kysely';
import type { WebhookId } from '../contracts/ids.ts';
import type { DeliveryStatus } from '../contracts/vocabulary.ts';

/** Requests that carry a key of their caller's; key (principal, key). */
export interface IdempotencyKeyTable {
  principal: string;
  key: string;
  method: string;
  /** With its query. */
  path: string;
  body_sha256: string;
  /** Process that answers it. */
  holder: string;
  /** Until then the holder is believed to be alive. */
  lease_until: string;
  /** null: no answer is kept (yet). */
  status: number | null;
  answer: string | null;
  created_at: string;
}

/** Changes that somebody asked for. */
export interface AuditTable {
  number: Generated<number>;
  at: string;
  who: string;
  address: string;
  method: string;
  route: string;
  /** JSON array of ids. */
  subjects: string;
  /** Id of the HTTP request. */
  request: string;
  /** null: no answer was given. */
  status: number | null;
  /** Of the error; null: none, or none yet. */
  code: string | null;
  ended_at: string | null;
}

/** Whom to tell of events. */
export interface WebhookTable {
  id: WebhookId;
  url: string;
  /** JSON array of topics. */
  topics: string;
  /** 0 or 1. */
  enabled: number;
  /** Which of its secrets counts: they are derived and not kept. */
  secret_number: number;
  version: number;
  /** Events up to this number have their deliveries. */
  planned_seq: number;
  created_at: string;
}

/** One event for one webhook; key (webhook, event_seq). */
export interface DeliveryTable {
  webhook: WebhookId;
  event_seq: number;
  status: DeliveryStatus;
  /** How often it was sent. */
  attempt: number;
  response_code: number | null;
  problem: string | null;
  /** When it is sent (again); null once settled. */
  next_at: string | null;
  created_at: string;
  settled_at: string | null;
}

/** Settings of the installation, by key. */
export interface SettingTable {
  key: string;
  /** JSON. */
  value: string;
  version: number;
}

/** All of them. */
export interface ControlTables {
  idempotency_keys: IdempotencyKeyTable;
  audit: AuditTable;
  webhooks: WebhookTable;
  deliveries: DeliveryTable;
  settings: SettingTable;
}
