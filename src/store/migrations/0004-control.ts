/** Tables of the control plane: repeated requests, the audit, webhooks with their deliveries, settings. */
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { ColumnTypes } from '../engine.ts';

async function idempotencyKeys(db: Kysely<unknown>, { text, integer }: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('idempotency_keys')
    .addColumn('principal', text, (column) => column.notNull())
    .addColumn('key', text, (column) => column.notNull())
    .addColumn('method', text, (column) => column.notNull())
    .addColumn('path', text, (column) => column.notNull())
    .addColumn('body_sha256', text, (column) => column.notNull())
    .addColumn('holder', text, (column) => column.notNull())
    .addColumn('lease_until', text, (column) => column.notNull())
    .addColumn('status', integer)
    .addColumn('answer', text)
    .addColumn('created_at', text, (column) => column.notNull())
    .addPrimaryKeyConstraint('idempotency_keys_key', ['principal', 'key'])
    .execute();
  await db.schema.createIndex('idempotency_keys_age').on('idempotency_keys').column('created_at').execute();
}

async function audit(db: Kysely<unknown>, { text, integer, counted }: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('audit')
    .addColumn('number', integer, counted)
    .addColumn('at', text, (column) => column.notNull())
    .addColumn('who', text, (column) => column.notNull())
    .addColumn('address', text, (column) => column.notNull())
    .addColumn('method', text, (column) => column.notNull())
    .addColumn('route', text, (column) => column.notNull())
    .addColumn('subjects', text, (column) => column.notNull())
    .addColumn('status', integer, (column) => column.notNull())
    .execute();
  await db.schema.createIndex('audit_age').on('audit').column('at').execute();
}

async function webhooks(db: Kysely<unknown>, { text, integer }: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('webhooks')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('url', text, (column) => column.notNull())
    .addColumn('topics', text, (column) => column.notNull())
    .addColumn('enabled', integer, (column) => column.notNull())
    .addColumn('secret_number', integer, (column) => column.notNull())
    .addColumn('version', integer, (column) => column.notNull())
    .addColumn('planned_seq', integer, (column) => column.notNull())
    .addColumn('created_at', text, (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('deliveries')
    .addColumn('webhook', text, (column) => column.notNull().references('webhooks.id').onDelete('cascade'))
    .addColumn('event_seq', integer, (column) => column.notNull())
    .addColumn('status', text, (column) => column.notNull())
    .addColumn('attempt', integer, (column) => column.notNull())
    .addColumn('response_code', integer)
    .addColumn('problem', text)
    .addColumn('next_at', text)
    .addColumn('created_at', text, (column) => column.notNull())
    .addColumn('settled_at', text)
    .addPrimaryKeyConstraint('deliveries_key', ['webhook', 'event_seq'])
    .execute();
  await db.schema.createIndex('deliveries_due').on('deliveries').columns(['status', 'next_at']).execute();
}

async function settings(db: Kysely<unknown>, { text, integer }: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('settings')
    .addColumn('key', text, (column) => column.primaryKey())
    .addColumn('value', text, (column) => column.notNull())
    .addColumn('version', integer, (column) => column.notNull())
    .execute();
}

/** Makes the tables. */
export function control(types: ColumnTypes): Migration {
  return {
    async up(db: Kysely<unknown>) {
      for (const make of [idempotencyKeys, audit, webhooks, settings]) await make(db, types);
    },
  };
}
