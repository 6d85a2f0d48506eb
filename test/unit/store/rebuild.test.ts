/** The rows hold every field of the workflow's state. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HOLD_REASONS, STEPS, TASK_STATUSES, VERDICTS, isFinalTaskStatus } from '../../../src/contracts/vocabulary.ts';
import type { BatchState, TaskDetails, TaskState } from '../../../src/contracts/state.ts';
import type { BatchHead } from '../../../src/contracts/record.ts';
import { openStore } from '../../../src/store/open-store.ts';
import type { Store } from '../../../src/store/store.ts';
import * as fixtures from '../../contract/store-fixtures.ts';

const { T0, OTHER_PROJECT, batchId, taskId, definition, newBatch, head, details, attempt } = fixtures;

let folder: string;
let store: Store;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightloom-store-'));
  store = await openStore({ file: join(folder, 'nightloom.db') });
});
afterAll(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

const instant = fc.integer({ min: 0, max: 4_000_000_000_000 });
const maybe = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | null> => fc.option(value, { nil: null });
const text = fc.string({ unit: 'grapheme', maxLength: 30 });

const someHead: fc.Arbitrary<Partial<BatchHead>> = fc.record({
  status: fc.constantFrom('idle', 'running', 'paused', 'completed', 'cancelled'),
  hold: maybe(
    fc.record({ reason: fc.constantFrom(...HOLD_REASONS), sinceMs: instant, untilMs: maybe(instant), message: text }),
  ),
  commandNumber: fc.nat(),
  answers: fc.array(
    fc.tuple(
      fc.uuid(),
      fc.record({
        result: fc.constantFrom('applied', 'superseded'),
        status: fc.constantFrom('running', 'paused'),
        running: maybe(fc.nat(99).map(taskId)),
      }),
    ),
    { maxLength: 3 },
  ),
  startedAtMs: maybe(instant),
  completedAtMs: maybe(instant),
  closing: fc.boolean(),
});

const someDetails: fc.Arbitrary<TaskDetails> = fc
  .record({
    step: maybe(fc.constantFrom(...STEPS)),
    startedAtMs: maybe(instant),
    completedAtMs: maybe(instant),
    durationMs: fc.nat(),
    costUsd: maybe(fc.double({ min: 0, max: 1000, noNaN: true })),
    sessionId: maybe(fc.uuid()),
    verified: fc.constantFrom(...VERDICTS),
    failure: maybe(
      fc.record({ code: fc.constant('timed_out' as const), message: text, step: fc.constantFrom(...STEPS) }),
    ),
    commit: maybe(text),
    attempts: fc.array(
      fc
        .record({ number: fc.integer({ min: 1, max: 9 }), message: maybe(text) })
        .map((each) => attempt(each.number, each)),
      { maxLength: 2 },
    ),
    notes: fc.array(text, { maxLength: 2 }),
  })
  .map((changes) => details(changes));

const someTask = fc.record({
  status: fc.constantFrom(...TASK_STATUSES),
  gap: fc.double({ min: 0.001, max: 5000, noNaN: true }),
  attempt: fc.nat(5),
  spent: fc.nat(5),
  elsewhere: fc.boolean(),
  details: maybe(someDetails),
});

let count = 0;

describe('state from rows', () => {
  it('is what was recorded, over any sequence of records', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(someTask, { minLength: 1, maxLength: 6 }),
        fc.array(fc.tuple(someHead, fc.array(someTask, { maxLength: 6 })), { minLength: 1, maxLength: 4 }),
        async (initial, records) => {
          count += 1;
          const number = count;
          const ids = initial.map((_, index) => taskId(number * 10 + index));
          const definitions = initial.map((task, index) =>
            definition(number * 10 + index, {
              name: `${number} ${index}`,
              ...(task.elsewhere ? { project: OTHER_PROJECT } : {}),
            }),
          );
          await store.batches.create(newBatch(number, definitions));
          const model = new Map<string, { state: TaskState; details: TaskDetails | null }>();
          const makeState = (index: number, task: (typeof initial)[number]): TaskState => ({
            id: ids[index] ?? taskId(0),
            name: `${number} ${index}`,
            ...(initial[index]?.elsewhere ? { project: OTHER_PROJECT } : {}),
            status: task.status,
            rank: index * 10_000 + task.gap,
            ...(task.attempt === 0 ? {} : { attempt: task.attempt }),
            ...(task.spent === 0 ? {} : { spent: task.spent }),
          });
          let lastHead = head(number);
          for (const [seq, [changes, tasks]] of [[{}, initial] as const, ...records].entries()) {
            const some = tasks.slice(0, initial.length).map((task, index) => ({
              state: makeState(index, task),
              details: task.details,
            }));
            for (const task of some) {
              const before = model.get(task.state.id)?.details ?? null;
              model.set(task.state.id, { state: task.state, details: task.details ?? before });
            }
            const written = fixtures.record(number, { seq: seq + 1 }, { head: changes, tasks: some });
            lastHead = written.head;
            expect(await store.record(written, T0)).toBe(true);
          }
          const expected: BatchState = {
            ...lastHead,
            tasks: [...model.values()].map((task) => task.state),
            details: Object.fromEntries(
              [...model.entries()].flatMap(([id, task]) =>
                task.details === null || isFinalTaskStatus(task.state.status) ? [] : [[id, task.details]],
              ),
            ),
          };
          expect(await store.batches.state(batchId(number))).toEqual(expected);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('is small for large batches: no names over 500 tasks', async () => {
    const number = 900_000;
    await store.batches.create(
      newBatch(
        number,
        Array.from({ length: 10_000 }, (_, index) => definition(number * 100 + index)),
      ),
    );
    await store.batches.confirm(batchId(number), head(number));
    const state = await store.batches.state(batchId(number));
    expect(state?.tasks).toHaveLength(10_000);
    expect(Buffer.byteLength(JSON.stringify(state))).toBeLessThan(600_000);
  });
});
