/** The checker is fed violated states: it must find each, and nothing in a state without one. */
import { spawn } from 'node:child_process';
import { appendFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { check } from './checker.ts';
import type { Violation } from './checker.ts';
import { makeGoodState, messageOf, path, TASKS } from './good-state.ts';
import type { GoodState } from './good-state.ts';

let state: GoodState;
beforeEach(async () => {
  state = await makeGoodState();
});
afterEach(() => state.remove());

/** What breaks what. Every one is found by itself: no other promise is reported. */
const BROKEN: readonly (readonly [Violation['promise'], string, RegExp, (state: GoodState) => unknown])[] = [
  [
    'P1',
    'two runs of a task overlap',
    /fix-1 began while .*agent ran/,
    ({ run }) => run(`${TASKS.tracked}/1/fix-1`, 2, 3),
  ],
  ['P1', 'two tasks of a batch overlap', /began while/, ({ run }) => run(`${TASKS.broken}/1/agent`, 3, 24)],
  ['P1', 'a run after the commit', /after its task was done/, ({ run }) => run(`${TASKS.tracked}/2/agent`, 50, 51)],
  [
    'P1',
    'one step twice',
    /began twice/,
    ({ witness, installation }) => appendFile(witness, `begin ${installation}/${TASKS.broken}/1/agent\n`),
  ],
  ['P1', 'a tombstone of another commit', /its claim says/, ({ claim }) => claim('tracked', 'f'.repeat(40))],
  ['P1', 'no tombstone', /its claim says/, ({ claim }) => claim('untracked', null)],
  ['P1', 'a failed task that holds its claim', /still holds its claim/, ({ claim }) => claim('broken', null)],
  ['P2', 'a completed task without a commit', /without a commit/, ({ repository }) => takeBack(repository)],
  ['P2', 'two commits of a task', /several commits/, ({ repository }) => commitOnBranch(repository, 'untracked')],
  ['P2', 'a commit of a failed task', /failed but has a commit/, ({ repository }) => commitOfFailed(repository)],
  [
    'P2',
    'a commit of nobody',
    /unknown task/,
    async ({ repository }) => {
      const tree = await repository.git(['rev-parse', 'nightloom/night^{tree}']);
      const sha = await repository.git(['commit-tree', tree, '-m', 'x\n\nNightloom-Task: t_zzzzzzzzzz']);
      await repository.git(['update-ref', 'refs/nightloom/salvage/x', sha]);
    },
  ],
  [
    'P2',
    'another commit in the database',
    /shows commit/,
    async ({ sql, claim }) => {
      sql(`update tasks set details = json_set(details, '$.commit', 'abc') where id = '${TASKS.tracked}'`);
      await claim('tracked', 'abc');
    },
  ],
  [
    'P2',
    'another attempt in the database',
    /shows attempt 2/,
    async (good) => {
      good.sql(`update tasks set attempt = 2 where id = '${TASKS.tracked}'`);
      await good.run(`${TASKS.tracked}/2/verify-0-0`, 38, 39);
      await writeFile(join(good.home, 'runs', TASKS.tracked, '2', 'verify-0.json'), '{"verdict":"passed","tree":null}');
    },
  ],
  [
    'P3',
    'a requirement gone without a commit',
    /gone from the branch/,
    async ({ repository }) => {
      await onBranch(repository, () => rm(join(repository.directory, path('broken'))));
    },
  ],
  [
    'P3',
    'a resolved requirement still on the branch',
    /still on the branch/,
    async ({ repository }) => {
      await onBranch(repository, () => repository.write(path('tracked'), 'again\n'));
    },
  ],
  [
    'P3',
    'an untracked copy left',
    /copy is still there/,
    ({ repository }) => repository.write(path('untracked'), '# Do it\n'),
  ],
  ['P5', 'a process that outlives its task', /outlived/, ({ installation }) => outlive(installation)],
  ['P7', 'an uncommitted edit lost', /uncommitted a.txt/, ({ repository }) => repository.git(['checkout', 'a.txt'])],
  ['P7', 'an untracked file lost', /scratch.txt/, ({ repository }) => rm(join(repository.directory, 'scratch.txt'))],
  ['P7', 'a file added', /new.txt/, ({ repository }) => repository.write('new.txt', 'x')],
  ['P7', 'a stash entry lost', /stash was/, ({ repository }) => repository.git(['stash', 'drop', '--quiet'])],
  [
    'P7',
    'a branch moved',
    /refs\/heads\/other/,
    ({ repository }) => repository.git(['branch', '-f', 'other', 'nightloom/night']),
  ],
  ['P7', 'a branch gone', /is gone/, ({ repository }) => repository.git(['branch', '-D', 'other'])],
  [
    'P7',
    'HEAD elsewhere',
    /HEAD was/,
    ({ repository }) => repository.git(['symbolic-ref', 'HEAD', 'refs/heads/other']),
  ],
  [
    'P7',
    "the user's work committed",
    /was committed/,
    async ({ repository }) => {
      const blob = await repository.git(['hash-object', '-w', 'scratch.txt']);
      const env = await repository.git(['rev-parse', 'nightloom/night']);
      const tree = await repository.git(['mktree'], { input: `100644 blob ${blob}\tkept.txt\n` });
      const both = await repository.git(['commit-tree', tree, '-p', env, '-m', 'x']);
      const same = await repository.git(['commit-tree', `${env}^{tree}`, '-p', both, '-m', 'y']);
      await repository.git(['update-ref', 'refs/heads/nightloom/night', same]);
    },
  ],
  ['P7', 'a lock left', /index.lock/, ({ repository }) => repository.write('.git/index.lock', '')],
  [
    'P12',
    'a transfer that nobody answered in a batch that has ended',
    /open transfers: x_1/,
    ({ sql }) => sql(`update batches set head = json_set(head, '$.transfers', json('{"x_1":{}}'))`),
  ],
  [
    'P12',
    'a task left behind in a batch that has ended',
    /is queued in batch/,
    async ({ sql, home }) => {
      sql(`update tasks set status = 'queued' where id = '${TASKS.broken}'`);
      await rm(join(home, 'runs', TASKS.broken), { recursive: true });
    },
  ],
  [
    'P1',
    'two runs of a moved task overlap',
    /fix-1 began while .*agent ran/,
    async ({ sql, run }) => {
      sql(`update tasks set hops = 1 where id = '${TASKS.tracked}'`);
      await run(`${TASKS.tracked}/1/fix-1`, 2, 3);
    },
  ],
  [
    'P13',
    'a failed verification shown as passed',
    /its last round says failed/,
    ({ home }) =>
      writeFile(join(home, 'runs', TASKS.tracked, '1', 'verify-0.json'), '{"verdict":"failed","tree":null}'),
  ],
  [
    'P13',
    'completed though failed',
    /although its verification failed/,
    ({ sql }) =>
      sql(`update tasks set details = json_set(details, '$.verified', 'failed') where id = '${TASKS.tracked}'`),
  ],
  [
    'P13',
    'completed without verification',
    /without a round/,
    ({ home }) => rm(join(home, 'runs', TASKS.tracked, '1', 'verify-0.json')),
  ],
  [
    'P13',
    'a check that ended otherwise',
    /shows check 0 wrongly/,
    ({ run }) => run(`${TASKS.tracked}/1/verify-0-0`, 5, 6, 1),
  ],
  [
    'P13',
    'a check that never ended',
    /no recorded end/,
    ({ home }) => rm(join(home, 'runs', TASKS.tracked, '1', 'verify-0-0'), { recursive: true }),
  ],
  [
    'P13',
    'a red check',
    /a red check/,
    ({ sql }) =>
      sql(
        `update attempts set record = json_set(record, '$.checks[0].passed', json('false')) where task = '${TASKS.tracked}'`,
      ),
  ],
  [
    'P13',
    'other work committed than verified',
    /is not what was verified/,
    async ({ home, repository }) => {
      const tree = await repository.git(['rev-parse', 'main^{tree}']);
      const round = JSON.stringify({ verdict: 'passed', tree });
      await writeFile(join(home, 'runs', TASKS.tracked, '1', 'verify-0.json'), round);
    },
  ],
];

it('finds nothing in a good state', async () => {
  expect(await check(state.request)).toEqual([]);
});

it.each(BROKEN)('[%s] finds %s', async (promise, _what, text, breakIt) => {
  const undo: unknown = await breakIt(state);
  try {
    const violations = await check(state.request);
    expect(violations.map((each) => each.text).join('\n')).toMatch(text);
    expect([...new Set(violations.map((each) => each.promise))]).toEqual([promise]);
  } finally {
    if (typeof undo === 'function') undo();
  }
});

it('[P4] finds an agent that died with us', async () => {
  const survivors = [{ marker: 'i/t/1/agent', pids: [1, 2], pidsAfter: [2] }];
  expect(await check({ ...state.request, survivors })).toMatchObject([{ promise: 'P4' }]);
});

type Repository = GoodState['repository'];

/** The commit of `untracked` is taken back; database and claim still tell of it. */
async function takeBack(repository: Repository): Promise<void> {
  const tree = await repository.git(['rev-parse', 'nightloom/night^{tree}']);
  const sha = await repository.git(['commit-tree', tree, '-p', 'nightloom/night~1', '-m', 'without a trailer']);
  await repository.git(['update-ref', 'refs/heads/nightloom/night', sha]);
}

async function commitOnBranch(repository: Repository, task: 'untracked'): Promise<void> {
  const tree = await repository.git(['rev-parse', 'nightloom/night^{tree}']);
  const sha = await repository.git(['commit-tree', tree, '-p', 'nightloom/night', '-m', messageOf(task)]);
  await repository.git(['update-ref', 'refs/heads/nightloom/night', sha]);
}

/** Holds nothing, so that only its trailer is wrong. */
async function commitOfFailed(repository: Repository): Promise<void> {
  const tree = await repository.git(['mktree'], { input: '' });
  const sha = await repository.git(['commit-tree', tree, '-m', messageOf('broken')]);
  await repository.git(['update-ref', 'refs/nightloom/salvage/x', sha]);
}

/** Changes a worktree of the branch and commits. */
async function onBranch(repository: Repository, change: () => Promise<unknown>): Promise<void> {
  await repository.git(['stash', 'push', '--quiet', '--include-untracked']);
  await repository.git(['switch', '--quiet', 'nightloom/night']);
  await change();
  await repository.commit('by somebody');
  await repository.git(['switch', '--quiet', 'main']);
  await repository.git(['stash', 'pop', '--quiet']);
}

/** A process with our marker; returns what ends it. */
function outlive(installation: string): () => void {
  const env = { PATH: '/usr/bin:/bin', NIGHTLOOM_RUN: `${installation}/${TASKS.tracked}/1/agent` };
  const child = spawn('sleep', ['60'], { env, stdio: 'ignore' });
  return () => child.kill('SIGKILL');
}
