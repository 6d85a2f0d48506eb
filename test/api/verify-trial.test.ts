/** Trying the verification commands of a project over HTTP. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { routes } from '../../src/contracts/http.ts';
import { asId, soloBatchOf } from '../../src/contracts/ids.ts';
import { VerifyTrialSchema } from '../../src/contracts/trial-routes.ts';
import { TaskDetailSchema } from '../../src/contracts/views.ts';
import type { ProjectView } from '../../src/contracts/views.ts';
import { emptyDetails } from '../../src/domain/batch-state.ts';
import { problemOf, startStack } from './support/stack.ts';
import type { Stack } from './support/stack.ts';

let stack: Stack;
let project: ProjectView;
beforeEach(async () => {
  stack = await startStack();
  project = await stack.project('/srv/shop', 'login');
});
afterEach(() => stack.close());

const COMMAND = { kind: 'custom-command', params: { command: 'true' } };
const ENDED = { status: 'ended', exitCode: 1, timedOut: false, durationMs: 40, outputTail: 'one is red\n' } as const;

describe('a try of the verification', () => {
  it('is a task by itself apart from the checkout, and tells what each command said', async () => {
    const answer = await stack.send('POST', `/api/projects/${project.id}/verify-trials`, {});
    expect(answer.status).toBe(201);
    const trial = VerifyTrialSchema.parse(answer.body);
    expect(trial).toMatchObject({ status: 'queued', problem: null, checks: [] });
    const batch = await stack.store.batches.get(soloBatchOf(asId('task', trial.taskId)));
    expect(batch?.flags).toEqual({
      workspace: { mode: 'worktree' },
      git: { commit: true },
      delivery: { mode: 'branch' },
    });
    stack.door.baseline.push(ENDED);
    const later = await stack.send('GET', `/api/tasks/${trial.taskId}/verify-trial`);
    expect(later.body).toEqual({ ...trial, checks: [{ command: 'npm test', ...ENDED }] });
  });

  it('is no news for the inbox, whether it holds or ends', async () => {
    const answer = await stack.send('POST', `/api/projects/${project.id}/verify-trials`, {});
    const trial = VerifyTrialSchema.parse(answer.body);
    const alone = await stack.send('POST', '/api/tasks/run', { projectId: project.id, ...COMMAND });
    const other = TaskDetailSchema.parse(alone.body);
    for (const id of [trial.taskId, other.id]) {
      const batch = soloBatchOf(asId('task', id));
      const state = stack.batches.states.get(batch);
      if (state === undefined) throw new Error('no workflow');
      const { tasks, details: _details, ...head } = state;
      const data = { reason: 'environment', message: 'a command was not found' };
      const held = { id: `held:${id}`, type: 'batch.held', atMs: Date.now(), batch, task: null, data } as const;
      const ended = tasks.map((task) => ({
        state: { ...task, status: 'failed' as const },
        details: { ...emptyDetails(), completedAtMs: Date.now() },
      }));
      const record = { batch, epoch: state.epoch, seq: state.seq + 1, head, removed: [] };
      await stack.store.record({ ...record, tasks: ended, events: [held] }, Date.now());
    }
    const { items } = routes.listInbox.answers.parse((await stack.send('GET', '/api/inbox')).body);
    expect(items).toMatchObject([
      { source: 'task', taskId: other.id },
      { source: 'notice', batchId: soloBatchOf(asId('task', other.id)) },
    ]);
  });

  it('does not begin with a project file that nobody trusted', async () => {
    stack.door.projectFile.sha256 = 'e'.repeat(64);
    const refused = problemOf(await stack.send('POST', `/api/projects/${project.id}/verify-trials`, {}));
    expect(refused).toMatchObject({ code: 'project_untrusted', details: { commands: ['verify: npm test'] } });
    expect((await stack.send('GET', '/api/tasks?alone=true')).body).toMatchObject({ items: [] });
  });

  it('is not what another task is', async () => {
    const { body } = await stack.send('POST', '/api/tasks/run', {
      projectId: project.id,
      ...COMMAND,
    });
    const { id } = Object(body);
    expect(problemOf(await stack.send('GET', `/api/tasks/${id}/verify-trial`)).code).toBe('run_not_found');
  });
});
