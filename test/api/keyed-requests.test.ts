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

  it('keeps no secret', async () => {
    const [one, two] = [
      await stack.send('POST', '/api/session/codes', {}, key('k4')),
      await stack.send('POST', '/api/session/codes', {}, key('k4')),
    ];
    expect([one.status, two.status]).toEqual([201, 201]);
    expect(two.body).not.toEqual(one.body);
  });
});
