/** `task run`: one task by itself, from what is typed to what it left. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { TestRepository } from '../support/git-repository.ts';
import { TASK_KEYS } from './support/shapes.ts';
import { makeUser } from './support/user.ts';
import type { User } from './support/user.ts';

let user: User;
let repository: TestRepository;
beforeAll(async () => {
  user = await makeUser(inject('temporalAddress'));
  repository = await user.repository({ login: 'write login.txt done' });
}, 120_000);
afterAll(() => user.leave());

const run = (kind: string, params: object, ...more: string[]) =>
  user.json(['task', 'run', '--yes', '--kind', kind, '--params', JSON.stringify(params), ...more], {
    cwd: repository.directory,
  });

describe('task run', () => {
  it('prints one task of the batch object and its result, and leaves no batch behind', async () => {
    const { exit, doc } = await run('custom-command', { command: '/bin/sh', args: ['-c', 'echo hi; pwd'] });
    expect(doc).toMatchObject({
      kind: 'custom-command',
      status: 'completed',
      commit: null,
      result: { exitCode: 0, stdout: expect.stringMatching(/^hi\n\//) },
    });
    expect(exit).toBe(0);
    expect(Object.keys(Object(doc)).toSorted()).toEqual([...TASK_KEYS, 'result'].toSorted());
    expect((await user.json(['batch', 'list', '--all'], { cwd: repository.directory })).doc).toEqual([]);
  });

  it('ends with 1 when the task failed, and says so', async () => {
    const { exit, doc } = await run('custom-command', { command: '/bin/sh', args: ['-c', 'exit 7'] });
    expect(exit).toBe(1);
    expect(doc).toMatchObject({ status: 'failed', failure: { step: 'agent' }, result: { exitCode: 7 } });
  });

  it('[P2] commits what a requirement asked for, on a branch of its own', async () => {
    const { exit, doc } = await run('requirement', { requirementName: 'login' }, '--agent', 'scripted');
    expect(exit).toBe(0);
    const { commit } = Object(doc);
    expect(await repository.git(['show', '--stat', '--format=%s', commit])).toContain('login.txt');
  });

  it.each([
    ['custom-command', { comand: 'npm' }, 'params.comand', 'command, args, options'],
    ['deploy', {}, 'kind', 'custom-command'],
  ])(
    'refuses %s %j before anything is queued, with the field and what is allowed',
    async (kind, params, path, allowed) => {
      const { exit, doc } = await run(kind, params);
      expect(exit).toBe(2);
      const { error } = Object(doc);
      const field = error.details.fields.find((each: { path: string }) => each.path === path);
      expect(field.message).toContain(allowed);
    },
  );

  it('refuses parameters that are no object', async () => {
    const { exit, doc } = await run('custom-command', []);
    expect([exit, Object(doc).error.details.fields[0].path]).toEqual([2, 'params']);
  });
});
