/** Background tasks through the whole pipeline: what is asked, repaired, kept as a result, and never committed. */
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type { TaskToFreeze } from '../../src/contracts/host-door-kinds.ts';
import { readResult } from '../../src/host/kinds/result-file.ts';
import { startInstallation } from '../support/installation.ts';
import type { TestInstallation } from '../support/installation.ts';
import { attemptsOf, filesOf, recorded, statuses, subjects } from '../support/night.ts';

let installation: TestInstallation;
beforeAll(async () => {
  installation = await startInstallation(inject('temporalAddress'), { 'README.md': '# Test\n' });
});
afterAll(() => installation.stop());

const STORY = { id: 'login', title: 'Login', body: '# Login\n\nA form with two fields.' };
const answer = (stories: readonly object[]): string =>
  `answer ${JSON.stringify({ stories, reasoning: 'It was asked for.' })}`;
const generate = (...lines: string[]): TaskToFreeze => ({
  kind: 'generate',
  params: { description: `Build a login.\n\n\`\`\`script\n${lines.join('\n')}\n\`\`\``, count: 3, stories: [] },
});

async function run(...wanted: (string | TaskToFreeze)[]) {
  const project = await installation.project(filesOf({ a: ['write a.txt 1'] }));
  const { batch, tasks } = await project.createBatch(wanted, { attempts: 1 });
  await installation.command(batch, 'start');
  const state = await installation.until(batch, (each) => each.status === 'completed');
  const { paths, masker } = installation.context;
  const results = tasks.map((task) => readResult(paths, task, 1, masker));
  return { repository: project.repository, tasks, state, results };
}

it('[P2] keeps the answer as result, and commits nothing of what the agent changed', async () => {
  const { repository, tasks, state, results } = await run(generate('write stray.txt x', answer([STORY])), 'a');
  expect(statuses(state)).toEqual(['completed', 'completed']);
  expect(results[0]).toEqual({ stories: [STORY], reasoning: 'It was asked for.' });
  expect(await recorded(installation, tasks[0])).toMatchObject({ commit: null, verified: 'none' });
  expect(await subjects(repository)).toEqual(['Auto-commit: a']);
});

it('[P2] by itself leaves no branch and no commit, several of one project at once, also where that works in place', async () => {
  const { repository, createBatch } = await installation.project(filesOf({}));
  const flags = { attempts: 1, workspace: { mode: 'in-place' as const } };
  const alone = await Promise.all(
    [1, 2].map(() => createBatch([generate('write stray.txt x', answer([STORY]))], flags, 'continue', 'alone', true)),
  );
  const refs = await repository.git(['for-each-ref', 'refs/heads']);
  for (const { batch } of alone) await installation.command(batch, 'start');
  for (const { batch, tasks } of alone) {
    const state = await installation.until(batch, (each) => each.status === 'completed');
    expect(statuses(state)).toEqual(['completed']);
    expect(Object.values(state.workspaces)).toMatchObject([{ branch: null, closed: true }]);
    const { paths, masker } = installation.context;
    expect(tasks.map((task) => readResult(paths, task, 1, masker))).toMatchObject([{ stories: [{ id: 'login' }] }]);
    expect(state.notes).toEqual([]);
  }
  expect(await repository.git(['for-each-ref', 'refs/heads'])).toBe(refs);
  expect(await repository.git(['for-each-ref', 'refs/nightloom/salvage', 'refs/nightloom/wip'])).toBe('');
  expect((await repository.git(['worktree', 'list'])).trim().split('\n')).toHaveLength(1);
  expect(await repository.git(['status', '--porcelain'])).toBe('');
});

it('has a bad answer repaired once, in the same session', async () => {
  const bad = answer([{ ...STORY, id: 'Not An Id' }]);
  const { tasks, state, results } = await run(generate(bad, 'on fix 1:', answer([STORY])));
  expect(statuses(state)).toEqual(['completed']);
  expect(results[0]).toMatchObject({ stories: [{ id: 'login' }] });
  expect(await attemptsOf(installation, tasks[0])).toMatchObject([{ fixes: 1 }]);
});

it('fails with what is wrong when the repaired answer is no better, and leaves no result', async () => {
  const { tasks, state, results } = await run(generate('say I have no idea.', 'on fix 1:', 'say Still none.'));
  expect(statuses(state)).toEqual(['failed']);
  expect(results).toEqual([null]);
  expect((await recorded(installation, tasks[0])).failure).toMatchObject({
    code: 'verification_failed',
    message: expect.stringContaining('There is no JSON object in the answer.'),
  });
});
