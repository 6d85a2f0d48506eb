/** Idempotency-Key. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemOf, startStack } from './support/stack.ts';
import type { Stack } from './support/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.close());

const key = (text: string) => ({ 'idempotency-key': text });

describe('Idempotency-Key', () => {
  it('[P8] makes one batch however often the request comes, and answers as the first time', async () => {
    const { id: projectId } = await stack.project('/srv/keyed', 'a');
    const body = { name: 'once', tasks: [{ projectId, requirementName: 'a' }] };
    const first = await stack.send('POST', '/api/batches', body, key('k1'));
    expect(first.status).toBe(201);
    const again = await stack.send('POST', '/api/batches', body, key('k1'));
    expect([again.status, again.body]).toEqual([201, first.body]);
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect((await stack.send('GET', '/api/batches')).body).toMatchObject({ items: [{ name: 'once' }] });
    const other = await stack.send('POST', '/api/batches', { ...body, name: 'other' }, key('k1'));
    expect([other.status, problemOf(other).code]).toEqual([409, 'idempotency_key_reused']);
    const without = await stack.send('POST', '/api/batches', body);
    expect(problemOf(without).code).toBe('already_queued');
  });

  it('repeats a refusal, but not a trouble of ours', async () => {
    const { id: projectId } = await stack.project('/srv/trouble', 'a');
    const body = { tasks: [{ projectId, requirementName: 'a' }] };
    stack.batches.failure = 'temporal_unreachable';
    expect((await stack.send('POST', '/api/batches', body, key('k2'))).status).toBe(503);
    stack.batches.failure = null;
    const later = await stack.send('POST', '/api/projects', { path: '/nowhere' }, key('k3'));
    const repeated = await stack.send('POST', '/api/projects', { path: '/nowhere' }, key('k3'));
    expect(problemOf(repeated)).toEqual(problemOf(later));
    expect(repeated.headers['idempotency-replayed']).toBe('true');
    const tried = await stack.send('POST', '/api/batches', body, key('k2'));
    expect(tried.headers['idempotency-replayed']).toBeUndefined();
  });

  it.each([
    ['empty', ''],
    ['huge', 'x'.repeat(201)],
    ['with spaces', 'a b'],
    ['not ASCII', 'ü'],
  ])('refuses a key that is %s', async (_, text) => {
    const answer = await stack.send('POST', '/api/projects', { path: '/srv/keyed' }, key(text));
    expect([answer.status, problemOf(answer).code]).toEqual([400, 'invalid_input']);
  });

  describe('a process that died between effect and answer', () => {
    // The key is there without an answer and its lease is over: what a dead process leaves, three minutes later.
    beforeAll(() => {
      stack.store.idempotency.finish = (request) => stack.store.idempotency.release(request);
    });

    it('[P8] has made one batch of any kind, and the repeated request finds it', async () => {
      const { id: projectId } = await stack.project('/srv/died', 'a');
      const task = { projectId, kind: 'custom-command', params: { command: 'npm', args: ['test'] } };
      const body = { name: 'died', tasks: [task, task] };
      const first = await stack.send('POST', '/api/batches', body, key('k5'));
      const again = await stack.send('POST', '/api/batches', body, key('k5'));
      expect(again.headers['idempotency-replayed']).toBeUndefined();
      expect([again.status, again.body]).toEqual([201, first.body]);
      const other = await stack.send('POST', '/api/batches', { ...body, name: 'died too' }, key('k5'));
      expect([other.status, Object(other.body).id === Object(first.body).id]).toEqual([201, false]);
      const without = await stack.send('POST', '/api/batches', body);
      expect(Object(without.body).id).not.toBe(Object(first.body).id);
    });

    it('[P8] has made one batch also if its creation was cut short', async () => {
      const { id: projectId } = await stack.project('/srv/short', 'a');
      const body = { tasks: [{ projectId, kind: 'claude-cli', params: { instructions: 'tidy up' } }] };
      stack.batches.failure = 'temporal_unreachable';
      expect((await stack.send('POST', '/api/batches', body, key('k6'))).status).toBe(503);
      expect(await stack.store.batches.creating()).toHaveLength(1);
      stack.batches.failure = null;
      const made = await stack.send('POST', '/api/batches', body, key('k6'));
      expect(made.status).toBe(201);
      expect(await stack.store.batches.creating()).toEqual([]);
      expect((await stack.send('POST', '/api/batches', body, key('k6'))).body).toEqual(made.body);
    });

    it('[P8] has made one task by itself, and given one command', async () => {
      const { id: projectId } = await stack.project('/srv/alone', 'a');
      const alone = { projectId, kind: 'claude-cli', params: { instructions: 'tidy up' } };
      const [one, two] = [
        await stack.send('POST', '/api/tasks', alone, key('k7')),
        await stack.send('POST', '/api/tasks', alone, key('k7')),
      ];
      expect([two.status, Object(two.body).id]).toEqual([one.status, Object(one.body).id]);
      const batch = await stack.send('POST', '/api/batches', { tasks: [alone] });
      const { id }: { id?: string } = Object(batch.body);
      const add = { tasks: [{ ...alone, name: 'more' }] };
      await stack.send('POST', `/api/batches/${id}/tasks`, add, key('k8'));
      const added = await stack.send('POST', `/api/batches/${id}/tasks`, add, key('k8'));
      expect(Object(added.body).tasks).toHaveLength(2);
    });
  });

  it('keeps no secret', async () => {
    const [one, two] = [
      await stack.send('POST', '/api/session/codes', {}, key('k4')),
      await stack.send('POST', '/api/session/codes', {}, key('k4')),
    ];
    expect([one.status, two.status]).toEqual([201, 201]);
    expect(two.body).not.toEqual(one.body);
  });
});
