/** One requirement by itself, and git in a checkout: the calls of callers who know no batches. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { routes } from '../../src/contracts/http.ts';
import type { ClaudeCodeTask } from '../../src/contracts/claude-code-routes.ts';
import type { ProjectView } from '../../src/contracts/views.ts';
import { emptyDetails } from '../../src/domain/batch-state.ts';
import { change, show } from './support/lifecycle.ts';
import { problemOf, startStack } from './support/stack.ts';
import type { Stack } from './support/stack.ts';

let stack: Stack;
let project: ProjectView;
beforeEach(async () => {
  stack = await startStack();
  project = await stack.project('/srv/shop', 'a', 'b');
});
afterEach(() => stack.close());

async function execute(body: object): Promise<ClaudeCodeTask> {
  const answer = await stack.send('POST', '/api/claude-code', body);
  expect(answer.status).toBe(201);
  const made = routes.claudeCode.answers.parse(answer.body);
  if (made.action !== 'execute-requirement') throw new Error(`It answered ${made.action}.`);
  expect(made.taskId).toBe(made.task.taskId);
  return made.task;
}
const ask = (query: string) => stack.send('GET', `/api/claude-code?${query}`);
async function status(query: string): Promise<ClaudeCodeTask> {
  const answer = routes.askClaudeCode.answers.parse((await ask(`action=status&${query}`)).body);
  if (answer.action !== 'status') throw new Error(`It answered ${answer.action}.`);
  return answer.task;
}

describe('POST /api/claude-code', () => {
  it('makes and starts a batch of one', async () => {
    const task = await execute({ projectId: project.id, requirementName: 'a' });
    expect(task).toMatchObject({ projectId: project.id, requirementName: 'a', status: 'queued', error: null });
    const batch = await show(stack, { id: task.batchId });
    expect(batch).toMatchObject({ name: 'a', status: 'running', tasks: [{ id: task.taskId }] });
  });

  it('finds the project by its path, and takes how to commit', async () => {
    const gitConfig = { enabled: true, commitMessageTemplate: 'X {requirementName}', push: true };
    const task = await execute({ projectPath: '/srv/shop/', requirementName: 'b', gitConfig });
    const row = (await stack.store.batches.list({ limit: 1, deleted: false })).items[0];
    expect(row).toMatchObject({
      id: task.batchId,
      flags: { git: { commit: true, message: 'X {requirementName}' }, delivery: { mode: 'push' } },
    });
  });

  it('[P1] refuses what is queued already, what is not there, and who is not named', async () => {
    await execute({ projectId: project.id, requirementName: 'a' });
    const again = await stack.send('POST', '/api/claude-code', { projectId: project.id, requirementName: 'a' });
    expect(problemOf(again)).toMatchObject({ status: 409, code: 'already_queued' });
    for (const [body, code] of [
      [{ projectId: project.id, requirementName: 'nope' }, 'requirement_not_found'],
      [{ projectPath: '/etc', requirementName: 'a' }, 'project_not_found'],
      [{ requirementName: 'a' }, 'invalid_input'],
      [{ projectId: project.id }, 'invalid_input'],
      [{ projectId: project.id, requirementName: 'a', action: 'rm' }, 'invalid_input'],
    ] as const) {
      expect(problemOf(await stack.send('POST', '/api/claude-code', body)).code).toBe(code);
    }
  });

  it('writes a requirement', async () => {
    const body = { action: 'create-requirement', projectId: project.id, requirementName: 'new', content: '# New' };
    const made = await stack.send('POST', '/api/claude-code', body);
    expect(made).toMatchObject({ status: 201, body: { action: 'create-requirement', requirement: { name: 'new' } } });
    expect(problemOf(await stack.send('POST', '/api/claude-code', body)).code).toBe('requirement_exists');
    const { content: _, ...without } = body;
    expect(problemOf(await stack.send('POST', '/api/claude-code', without)).code).toBe('invalid_input');
  });
});

describe('GET /api/claude-code', () => {
  it('tells how a task stands, in the words of such callers', async () => {
    const { taskId, batchId } = await execute({ projectId: project.id, requirementName: 'a' });
    const set = (status: 'running' | 'waiting' | 'completed' | 'cancelled') =>
      stack.send('GET', `/api/batches/${batchId}`).then(async () => {
        const batch = await show(stack, { id: batchId });
        await change(stack, batch, (state) => {
          for (const task of state.tasks) {
            task.status = status;
            state.details[task.id] = { ...emptyDetails(), commit: status === 'completed' ? 'abc' : null };
          }
        });
      });
    await set('running');
    expect(await status(`taskId=${taskId}`)).toMatchObject({ status: 'running', commit: null });
    await set('waiting');
    expect(await status(`taskId=${project.id}:a`)).toMatchObject({ taskId, status: 'session-limit' });
    await set('completed');
    expect(await status(`projectPath=/srv/shop&requirementName=a`)).toMatchObject({ taskId, status: 'completed' });
    const missing = await ask(`action=status&taskId=${project.id}:b`);
    expect(problemOf(missing)).toMatchObject({ status: 404, code: 'task_not_found' });
    expect(problemOf(await ask('action=status'))).toMatchObject({ status: 400, code: 'invalid_input' });
    expect(problemOf(await ask('action=nothing'))).toMatchObject({ status: 400, code: 'invalid_input' });
  });

  it('lists and reads requirements', async () => {
    const list = await ask(`action=list-requirements&projectId=${project.id}`);
    expect(list.body).toMatchObject({ requirements: [{ name: 'a' }, { name: 'b' }] });
    const one = await ask(`action=read-requirement&projectId=${project.id}&requirementName=a`);
    expect(one.body).toMatchObject({ requirement: { name: 'a', text: '# a' } });
    const none = await ask(`action=read-requirement&projectId=${project.id}&requirementName=x`);
    expect(problemOf(none).code).toBe('requirement_not_found');
  });
});

describe('POST /api/git/commit-and-push', () => {
  const url = '/api/git/commit-and-push';

  it('does the three usual steps, with the templates', async () => {
    const answer = await stack.send('POST', url, { projectId: project.id, requirementName: 'a' });
    expect(answer).toMatchObject({
      status: 200,
      body: { success: true, pushed: true, branch: 'main', results: [{ command: 'git add .', success: true }, {}, {}] },
    });
    expect(stack.door.pushed).toMatchObject({
      projectName: 'shop',
      requirementName: 'a',
      commitMessage: 'Auto-commit: {requirementName}',
      steps: [{ kind: 'add' }, { kind: 'commit', message: '{commitMessage}' }, { kind: 'push' }],
    });
  });

  it('asks the host for nothing when a command is not allowed', async () => {
    const answer = await stack.send('POST', url, {
      projectId: project.id,
      commands: ['git add .', 'git push --force'],
    });
    expect(problemOf(answer)).toMatchObject({
      status: 400,
      code: 'invalid_input',
      details: { fields: [{ path: 'commands.1' }] },
    });
    expect(stack.door.pushed).toBeNull();
    expect(problemOf(await stack.send('POST', url, { projectPath: '/etc' })).code).toBe('project_not_found');
  });

  it('takes a page only with its header, and the token without', async () => {
    const code = await stack.send('POST', '/api/session/codes', {});
    const { code: secret } = routes.createSessionCode.answers.parse(code.body);
    const json = { host: 'localhost', 'content-type': 'application/json' };
    const opened = await stack.app.inject({
      method: 'POST',
      url: '/api/session',
      headers: json,
      payload: JSON.stringify({ code: secret }),
    });
    const cookie = String(opened.headers['set-cookie']).split(';', 1)[0] ?? '';
    const payload = JSON.stringify({ projectId: project.id });
    const send = (headers: Record<string, string>) =>
      stack.app.inject({ method: 'POST', url, headers: { ...json, cookie, ...headers }, payload });
    expect((await send({})).statusCode).toBe(403);
    expect(stack.door.pushed).toBeNull();
    expect((await send({ 'x-requested-with': 'nightloom' })).statusCode).toBe(200);
    expect((await stack.send('POST', url, { projectId: project.id })).status).toBe(200);
  });
});
