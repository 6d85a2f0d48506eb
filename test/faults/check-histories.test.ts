/** Histories with one thing wrong: the checker finds that, and nothing in faultless ones. */
import { expect, it } from 'vitest';
import { checkHistories } from './check-histories.ts';
import type { Violation } from './checker.ts';
import type { TaskFacts } from './facts.ts';
import type { Execution, HistoryFact } from './histories.ts';

const TASK_ROW: TaskFacts = {
  id: 't_one',
  batch: 'b_one',
  project: 'p',
  name: 'one',
  sha256: '',
  status: 'completed',
  attempt: 1,
  hops: 0,
  commit: null,
  verified: 'none',
  checks: [],
};
const ROWS = [TASK_ROW, { ...TASK_ROW, id: 't_two', name: 'two' }];

const scheduled = (id: number, activity: string, task: string): HistoryFact => {
  return { id, kind: 'scheduled', activity, task, atMs: id };
};
const closed = (id: number, scheduledId: number): HistoryFact => ({ id, kind: 'closed', scheduledId, atMs: id });
const asked = (id: number, command: string): HistoryFact => ({ id, kind: 'asked', command });
const answered = (id: number, askedId: number, running: string | null): HistoryFact => {
  return { id, kind: 'answered', askedId, result: 'applied', running };
};
const execution = (runId: string, facts: HistoryFact[], continues: string | null = null): Execution => {
  return { runId, continues, isOpen: false, facts };
};

const FIRST = execution('r1', [
  asked(1, 'start'),
  answered(2, 1, null),
  scheduled(3, 'startAgent', 't_one'),
  asked(4, 'pause'),
  answered(5, 4, 't_one'),
  closed(6, 3),
  scheduled(7, 'verify', 't_one'),
  closed(8, 7),
  // A fix round of the task that the answer named.
  scheduled(9, 'startAgent', 't_one'),
  closed(10, 9),
  { id: 11, kind: 'continued', runId: 'r2' },
]);
const SECOND = execution('r2', [asked(1, 'resume'), answered(2, 1, null), scheduled(3, 'startAgent', 't_two')], 'r1');

it('finds nothing in faultless histories', () => {
  expect(checkHistories(new Map([['b_one', [FIRST, SECOND]]]), ROWS)).toEqual([]);
});

const BROKEN: readonly (readonly [Violation['promise'], string, RegExp, Record<string, Execution[]>])[] = [
  ['P8', 'a batch that Temporal does not know', /knows no execution/, { b_one: [] }],
  ['P8', 'a chain without its end', /what follows is gone/, { b_one: [FIRST] }],
  ['P8', 'a chain without its beginning', /continues an execution that is gone/, { b_one: [SECOND] }],
  [
    'P8',
    'two open executions',
    /2 executions are open/,
    {
      b_one: [
        { ...execution('r1', []), isOpen: true },
        { ...execution('r2', []), isOpen: true },
      ],
    },
  ],
  [
    'P6',
    'another task after the answer to a pause',
    /t_two was started in b_one after/,
    { b_one: [execution('r1', [asked(1, 'pause'), answered(2, 1, 't_one'), scheduled(3, 'startAgent', 't_two')])] },
  ],
  [
    'P6',
    'a task in the next execution of a paused batch',
    /t_two was started in b_one after/,
    { b_one: [FIRST, execution('r2', [scheduled(1, 'startAgent', 't_two')], 'r1')] },
  ],
  [
    'P1',
    'two activities of a batch at once',
    /startAgent of t_two was scheduled in b_one while watchAgent of t_one/,
    { b_one: [execution('r1', [scheduled(1, 'watchAgent', 't_one'), scheduled(2, 'startAgent', 't_two')])] },
  ],
  [
    'P1',
    'a moved task in two batches at once',
    /t_one was worked on in b_one and b_two/,
    {
      b_one: [execution('r1', [scheduled(1, 'watchAgent', 't_one'), closed(5, 1)])],
      b_two: [execution('r2', [scheduled(3, 'startAgent', 't_one'), closed(4, 3)])],
    },
  ],
  [
    'P12',
    'a moved task without a row',
    /t_gone was moved/,
    { b_one: [execution('r1', [{ id: 1, kind: 'received', transfer: 'x', tasks: ['t_one', 't_gone'] }])] },
  ],
];

it.each(BROKEN)('[%s] finds %s', (promise, _what, text, histories) => {
  const violations = checkHistories(new Map(Object.entries(histories)), ROWS);
  expect(violations.map((each) => each.text).join('\n')).toMatch(text);
  expect([...new Set(violations.map((each) => each.promise))]).toEqual([promise]);
});
