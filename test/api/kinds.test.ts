/** Tasks of every kind over HTTP: what is taken, what is refused and why, what is shown. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { canonicalJson } from '../../src/contracts/canonical-json.ts';
import { BatchViewSchema } from '../../src/contracts/views.ts';
import { sha256 } from './support/memory-door.ts';
import { problemOf, startStack } from './support/stack.ts';
import type { Stack } from './support/stack.ts';

let stack: Stack;
let projectId: string;
beforeEach(async () => {
  stack = await startStack();
  projectId = (await stack.project('/srv/shop', 'login')).id;
});
afterEach(() => stack.close());

const create = (...tasks: object[]) =>
  stack.send('POST', '/api/batches', { tasks: tasks.map((task) => ({ projectId, ...task })) });

describe('kinds in a batch', () => {
  it('are frozen as canonical JSON, named, and shown with kind and parameters', async () => {
    const answer = await create(
      { requirementName: 'login' },
      { kind: 'issue-processing', params: { issueNumber: 12 } },
      { kind: 'custom-command', params: { command: 'npm', args: ['test'] }, name: 'the tests' },
      { kind: 'claude-cli', params: { instructions: 'tidy up\nthe docs' } },
    );
    const { tasks } = BatchViewSchema.parse(answer.body);
    expect(tasks.map(({ kind, name, stage }) => [kind, name, stage])).toEqual([
      ['requirement', 'login', null],
      ['process-issue', 'issue #12', null],
      ['custom-command', 'the tests', null],
      ['claude-cli', 'tidy up the docs', null],
    ]);
    const params = { command: 'npm', args: ['test'], options: {} };
    const [, , command] = await stack.store.tasks.ofBatch((await stack.store.batches.open())[0]?.id ?? never());
    expect(command?.definition.sha256).toBe(sha256(canonicalJson({ kind: 'custom-command', params })));
    const shown = await stack.send('GET', `/api/tasks/${command?.definition.id}`);
    expect(shown.body).toMatchObject({ kind: 'custom-command', params, result: null });
    const listed = await stack.send('GET', '/api/tasks?kind=issue-processing');
    expect(listed.body).toMatchObject({ items: [{ kind: 'process-issue' }] });
  });

  it('may be the same twice: only a requirement belongs to one task', async () => {
    const same = { kind: 'custom-command', params: { command: 'true' } };
    expect((await create(same, same)).status).toBe(201);
    expect((await create(same)).status).toBe(201);
    expect((await create({ requirementName: 'login' })).status).toBe(201);
    expect((await create({ kind: 'requirement', params: { requirementName: 'login' } })).status).toBe(409);
  });

  it('are refused with the path of every mistake and what is allowed', async () => {
    const problem = problemOf(
      await create(
        { kind: 'custom-command', params: { comand: 'npm', options: { shell: true } } },
        { kind: 'process-pr', params: { prNumber: 7, action: 'merged' } },
      ),
    );
    expect(problem).toMatchObject({ status: 400, code: 'invalid_input' });
    expect(problem.details['fields']).toEqual([
      { path: 'tasks.0.params.command', message: expect.stringContaining('expected string') },
      { path: 'tasks.0.params.options.shell', message: 'Unknown key; allowed: cwd, env, stdin, timeoutMs' },
      { path: 'tasks.0.params.comand', message: 'Unknown key; allowed: command, args, options' },
      { path: 'tasks.1.params.action', message: expect.stringContaining('"opened"|"synchronize"|"closed"') },
    ]);
    expect(await stack.store.batches.open()).toEqual([]);
  });

  it.each(['deploy', 'No Such Kind', 'a'.repeat(80)])(
    'refuses the unknown kind %j, naming those there are',
    async (kind) => {
      const problem = problemOf(await create({ kind, params: {} }));
      expect(problem).toMatchObject({ status: 400, code: 'unknown_kind' });
      expect(problem.details['kinds']).toContain('custom-command');
      expect(problem.details['fields']).toMatchObject([{ path: 'tasks.0.kind' }]);
    },
  );

  it('needs exactly one of requirementName and kind', async () => {
    expect(problemOf(await create({})).details['fields']).toMatchObject([{ path: 'tasks.0.kind' }]);
    expect((await create({ requirementName: 'login', kind: 'refine' })).status).toBe(400);
  });
});

function never(): never {
  throw new Error('there is no batch');
}
