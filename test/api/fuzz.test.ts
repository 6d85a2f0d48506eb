/** Whatever is sent: never a 5xx, never anything but our forms of answer. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routes } from '../../src/contracts/http.ts';
import type { RouteName } from '../../src/contracts/http.ts';
import { ProblemSchema } from '../../src/contracts/views.ts';
import type { BatchView, ProjectView } from '../../src/contracts/views.ts';
import { TOKEN, startStack } from './support/stack.ts';
import type { Stack } from './support/stack.ts';

let stack: Stack;
let project: ProjectView;
let batch: BatchView;
beforeAll(async () => {
  stack = await startStack();
  project = await stack.project('/srv/shop', 'a', 'b');
  batch = await stack.batch(project, 'a');
});
afterAll(() => stack.close());

const nasty = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom('', '..', '.', '%00', '../../etc/passwd', "' or 1=1 --", 'null', '-1', '1e999', 'b_0000000000', '💥'),
  fc.string({ minLength: 5000, maxLength: 6000 }),
);
const KNOWN_KEYS =
  'name tasks projectId requirementName flags onFailure again commandId now taskIds taskId position path dryRun attempts ' +
  'verify env agent limit cursor status __proto__ constructor prototype toString hasOwnProperty';
const keys = fc.oneof(fc.constantFrom(...KNOWN_KEYS.split(' ')), fc.string({ maxLength: 10 }));
const headers = fc.record(
  {
    'if-match': fc.oneof(visible(), fc.constantFrom('*', '""', 'W/"x"', ',', '"', `"${'0'.repeat(32)}"`, '"a", "b"')),
    'idempotency-key': fc.oneof(visible(), fc.constantFrom('', 'k', 'x'.repeat(300), '__proto__', 'a b')),
  },
  { requiredKeys: [] },
);
/** What is not JSON, or not as `JSON.stringify` writes it. */
const RAW = [
  '{"name":"a","name":{"b":1},"tasks":[],"tasks":null}',
  '{"__proto__":{"polluted":true}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
  `{"tasks":[{"projectId":"p_0000000000","kind":"claude-cli","params":${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}}]}`,
  '{"limit":1e999,"taskIds":[-0],"now":"\\ud800"}',
  `{"name":"${'x'.repeat(900_000)}"}`,
  `"${'x'.repeat(1_100_000)}"`,
  '{"a":',
  '',
  'nul',
  '\u0000',
];
const ids = fc.constantFrom('project', 'batch', 'task').map((kind) => ({ known: kind }));
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', maxDepth: 4 },
    nasty,
    fc.double(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    ids,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(keys, tie('value'), { maxKeys: 6, noNullPrototype: true }),
  ),
})).value;
const names = Object.keys(routes) as RouteName[];

/** Header values: bytes that Node lets through. */
function visible(): fc.Arbitrary<string> {
  return fc.string({
    unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)),
    maxLength: 60,
  });
}

/** Replaces `{known: ...}` by ids that exist, so that the fuzz gets past the first look-up. */
function fill(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fill);
  if (typeof value !== 'object' || value === null) return value;
  const { known }: { known?: unknown } = value;
  if (known === 'project') return project.id;
  if (known === 'batch') return batch.id;
  if (known === 'task') return batch.tasks[0]?.id;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, fill(member)]));
}

/** 1,500 requests take ten seconds on a quiet machine. */
const TIMEOUT_MS = 120_000;

describe('fuzz from the route table', () => {
  it(
    'never answers 5xx, and always in our form',
    async () => {
      const input = fc.record({
        name: fc.constantFrom(...names),
        id: fc.oneof(nasty, ids),
        query: fc.dictionary(keys, fc.oneof(nasty, fc.integer().map(String)), { maxKeys: 4 }),
        body: fc.oneof(json, fc.dictionary(keys, json, { maxKeys: 6 })),
        raw: fc.oneof({ weight: 19, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.constantFrom(...RAW) }),
        headers,
      });
      await fc.assert(
        fc.asyncProperty(input, async ({ name, id, query, body, raw, headers: forged }) => {
          const row = routes[name];
          // Dots alone would be taken out of the address before it is sent, and name another route.
          const known = String(fill(id)).replace(/^\.{1,2}$/, '.x');
          const path = row.path.replace(':id', () => encodeURIComponent(known.toWellFormed()));
          const pairs = Object.entries(query).map((pair) =>
            pair.map((each) => encodeURIComponent(each.toWellFormed())),
          );
          const hasBody = row.method !== 'GET' && row.method !== 'DELETE';
          const startedMs = performance.now();
          const response = await stack.app.inject({
            method: row.method,
            url: `${path}?${pairs.map((pair) => pair.join('=')).join('&')}`,
            headers: {
              host: 'localhost',
              authorization: `Bearer ${TOKEN}`,
              ...forged,
              ...(hasBody ? { 'content-type': 'application/json' } : {}),
            },
            ...(hasBody ? { payload: raw ?? JSON.stringify(fill(body)) ?? 'null' } : {}),
          });
          const tookMs = performance.now() - startedMs;
          expect([name, response.statusCode < 500, response.body.slice(0, 300)]).toEqual([
            name,
            true,
            expect.anything(),
          ]);
          expect(tookMs).toBeLessThan(1500);
          if (response.statusCode >= 400) {
            expect(response.headers['content-type']).toMatch(/^application\/problem\+json/);
            expect(ProblemSchema.safeParse(response.json()).success).toBe(true);
          } else {
            expect(row.answers.safeParse(response.json()).success).toBe(true);
          }
        }),
        { numRuns: 1500 },
      );
      expect(Object.hasOwn({}, 'polluted')).toBe(false);
    },
    TIMEOUT_MS,
  );
});
