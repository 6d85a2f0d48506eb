/** Trying the verification commands of a project over HTTP. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asId, soloBatchOf } from '../../src/contracts/ids.ts';
import { VerifyTrialSchema } from '../../src/contracts/trial-routes.ts';
import type { ProjectView } from '../../src/contracts/views.ts';
import { problemOf, startStack } from './support/stack.ts';
import type { Stack } from './support/stack.ts';

let stack: Stack;
let project: ProjectView;
beforeEach(async () => {
  stack = await startStack();
  project = await stack.project('/srv/shop', 'login');
});
afterEach(() => stack.close());

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

  it('does not begin with a project file that nobody trusted', async () => {
    stack.door.projectFile.sha256 = 'e'.repeat(64);
    const refused = problemOf(await stack.send('POST', `/api/projects/${project.id}/verify-trials`, {}));
    expect(refused).toMatchObject({ code: 'project_untrusted', details: { commands: ['verify: npm test'] } });
    expect((await stack.send('GET', '/api/tasks?alone=true')).body).toMatchObject({ items: [] });
  });

  it('is not what another task is', async () => {
    const { body } = await stack.send('POST', '/api/tasks/run', {
      projectId: project.id,
      kind: 'custom-command',
      params: { command: 'true' },
    });
    const { id } = Object(body);
    expect(problemOf(await stack.send('GET', `/api/tasks/${id}/verify-trial`)).code).toBe('run_not_found');
  });
});
