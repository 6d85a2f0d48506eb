/** Requests by the keys of their callers. */
import type { Kysely, Selectable, Transaction } from 'kysely';
import type { IdempotencyStore, KeyedRequest, KeyedVerdict } from './control-store.ts';
import type { IdempotencyKeyTable } from './control-tables.ts';
import type { Database } from './database.ts';
import { chunksOf, fromInstant, toInstant } from './values.ts';

const KEYS_PER_QUERY = 200;

type Lease = Parameters<IdempotencyStore['begin']>[1];
type Key = Pick<KeyedRequest, 'principal' | 'key'>;

/** {@link IdempotencyStore} on `db`. */
export function createIdempotencyStore(db: Kysely<Database>): IdempotencyStore {
  return {
    begin: (request, lease) => db.transaction().execute((trx) => begin(trx, request, lease)),
    renew: async (holder, keys, leaseUntilMs) => {
      for (const some of chunksOf(keys, KEYS_PER_QUERY)) {
        const own = db.updateTable('idempotency_keys').set({ lease_until: toInstant(leaseUntilMs) });
        const named = own.where('holder', '=', holder).where('status', 'is', null);
        await named
          .where(
            'key',
            'in',
            some.map(({ key }) => key),
          )
          .execute();
      }
    },
    finish: async (request, { status, answer }) => {
      await at(db.updateTable('idempotency_keys').set({ status, answer }), request).execute();
    },
    release: async (request) => {
      await at(db.deleteFrom('idempotency_keys'), request).execute();
    },
    purge: async (bornBeforeMs) => {
      await db.deleteFrom('idempotency_keys').where('created_at', '<', toInstant(bornBeforeMs)).execute();
    },
  };
}

function at<Query extends { where(column: 'principal' | 'key', operator: '=', value: string): Query }>(
  query: Query,
  { principal, key }: Key,
): Query {
  return query.where('principal', '=', principal).where('key', '=', key);
}

async function begin(trx: Transaction<Database>, request: KeyedRequest, lease: Lease): Promise<KeyedVerdict> {
  const { principal, key, method, path, bodySha256 } = request;
  const values = {
    method,
    path,
    body_sha256: bodySha256,
    holder: lease.holder,
    lease_until: toInstant(lease.leaseUntilMs),
    status: null,
    answer: null,
    created_at: toInstant(lease.nowMs),
  };
  const inserted = await trx
    .insertInto('idempotency_keys')
    .values({ principal, key, ...values })
    .onConflict((conflict) => conflict.columns(['principal', 'key']).doNothing())
    .executeTakeFirst();
  if ((inserted.numInsertedOrUpdatedRows ?? 0n) > 0n) return { verdict: 'run', again: false };
  const row = await at(trx.selectFrom('idempotency_keys').selectAll(), request).executeTakeFirstOrThrow();
  const isOld = fromInstant(row.created_at) < lease.bornAfterMs;
  const known = isOld ? null : judge(row, request, lease);
  if (known !== null) return known;
  // Of several who find the lease expired one gets it: its end is part of the condition.
  const taking = at(
    trx
      .updateTable('idempotency_keys')
      .set(isOld ? values : { holder: values.holder, lease_until: values.lease_until }),
    request,
  );
  const { numUpdatedRows } = await taking.where('lease_until', '=', row.lease_until).executeTakeFirst();
  if (numUpdatedRows === 0n) return { verdict: 'under_way', untilMs: lease.leaseUntilMs };
  return { verdict: 'run', again: !isOld };
}

/** null: nobody is at it any more. */
function judge(row: Selectable<IdempotencyKeyTable>, request: KeyedRequest, { nowMs }: Lease): KeyedVerdict | null {
  const isSame = row.method === request.method && row.path === request.path && row.body_sha256 === request.bodySha256;
  if (!isSame) return { verdict: 'other_request' };
  if (row.status !== null && row.answer !== null)
    return { verdict: 'answered', status: row.status, answer: row.answer };
  const untilMs = fromInstant(row.lease_until);
  return untilMs > nowMs ? { verdict: 'under_way', untilMs } : null;
}
