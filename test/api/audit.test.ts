/** The audit: a row for every change, with its end. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AuditEntrySchema } from '../../src/contracts/audit-routes.ts';
import type { AuditEntryView } from '../../src/contracts/audit-routes.ts';
import { routes } from '../../src/contracts/http.ts';
import type { RouteName } from '../../src/contracts/http.ts';
import { TOKEN, startStack } from './support/stack.ts';
import type { Stack } from './support/stack.ts';

let stack: Stack;
beforeEach(async () => {
  stack = await startStack();
});
afterEach(() => stack.close());

async function entries(query = ''): Promise<AuditEntryView[]> {
  const answer = await stack.send('GET', `/api/audit?${query}`);
  expect(answer.status).toBe(200);
  return AuditEntrySchema.array().parse(Object(answer.body).items);
}

describe('audit', () => {
  it('[S-19] has one row for every route that changes something, and none for the others', async () => {
    const project = await stack.project('/srv/a', 'x');
    const batch = await stack.batch(project, 'x');
    const before = (await entries('limit=500')).length;
    let changes = 0;
    for (const name of Object.keys(routes) as RouteName[]) {
      const row = routes[name];
      const url = row.path.replace(':id', batch.id).replaceAll(/:\w+/g, 'x');
      const answer = await stack.send(row.method, url, row.method === 'GET' ? undefined : {});
      expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
      if (row.method === 'GET' || row.readOnly === true) continue;
      changes += 1;
      const [newest] = await entries('limit=1');
      const expected = { method: row.method, route: row.path, status: answer.status };
      expect(newest).toMatchObject({ ...expected, requestId: answer.headers['x-request-id'] });
    }
    expect(await entries('limit=500')).toHaveLength(before + changes);
  });

  it('says who, from where, what, and how it ended, and no more', async () => {
    const project = await stack.project('/srv/a', 'x');
    const batch = await stack.batch(project, 'x');
    await stack.send('POST', `/api/batches/${batch.id}/start`, {});
    await stack.send('POST', `/api/batches/b_0000000000/start`, {});
    const [refused, started, made] = await entries();
    expect(refused).toMatchObject({ status: 404, code: 'batch_not_found', subjects: ['b_0000000000'] });
    expect(started).toMatchObject({
      who: 'token',
      address: '127.0.0.1',
      status: 200,
      code: null,
      subjects: [batch.id],
    });
    expect(made).toMatchObject({ route: '/api/batches', status: 201, subjects: [project.id, batch.id] });
    expect(Date.parse(made?.endedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(made?.at ?? ''));
    expect((await entries(`subject=${batch.id}`)).map(({ number }) => number)).toEqual([started?.number, made?.number]);
    expect(await entries('outcome=refused')).toEqual([refused]);
    expect(await entries(`until=${encodeURIComponent(made?.at ?? '')}`)).toHaveLength(1);
    expect(await entries('who=nobody')).toEqual([]);
  });

  it('names sessions by a digest, and keeps no secret and no body', async () => {
    const { body } = await stack.send('POST', '/api/session/codes', {});
    const { code }: { code?: string } = Object(body);
    const login = await stack.send('POST', '/api/session', { code }, { authorization: '' });
    const cookie = String(login.headers['set-cookie']).split(';', 1)[0] ?? '';
    const response = await stack.app.inject({
      method: 'POST',
      url: '/api/prune',
      headers: { host: 'localhost', 'content-type': 'application/json', cookie, 'x-requested-with': 'nightloom' },
      payload: JSON.stringify({ dryRun: true, note: 'hunter2-hunter2' }),
    });
    expect(response.statusCode).toBe(200);
    const rows = await stack.store.audit.list({ limit: 500 });
    expect(rows.items.map(({ who }) => who)).toEqual([
      expect.stringMatching(/^session:[0-9a-f]{12}$/),
      'nobody',
      'token',
    ]);
    const text = JSON.stringify(rows);
    for (const secret of [code, cookie.split('=')[1], TOKEN, 'hunter2-hunter2']) expect(text).not.toContain(secret);
  });

  it('has no row for who was refused at the door, nor for a repeated request', async () => {
    await stack.send('POST', '/api/prune', {}, { authorization: 'Bearer wrong' });
    await stack.send('POST', '/api/prune', {}, { origin: 'https://evil.example' });
    expect(await entries()).toEqual([]);
    const key = { 'idempotency-key': 'k' };
    await stack.send('POST', '/api/prune', {}, key);
    await stack.send('POST', '/api/prune', {}, key);
    expect(await entries()).toHaveLength(1);
  });

  it('is written before the change: a change that nobody answered is there without an end', async () => {
    let seen: AuditEntryView[] = [];
    stack.door.checkProject = async () => {
      seen = await entries();
      throw new Error('as if the process died');
    };
    const answer = await stack.send('POST', '/api/projects', { path: '/srv/a' });
    expect(answer.status).toBe(500);
    expect(seen).toMatchObject([{ route: '/api/projects', status: null, endedAt: null }]);
    expect(await entries()).toMatchObject([{ status: 500, code: 'internal' }]);
    expect(await entries('outcome=unanswered')).toEqual([]);
  });

  it('pages from the newest to the oldest, and refuses forged cursors', async () => {
    for (let at = 0; at < 5; at += 1) await stack.send('POST', '/api/prune', { dryRun: true });
    const first = await stack.send('GET', '/api/audit?limit=3');
    const { nextCursor }: { nextCursor?: string } = Object(first.body);
    expect((await entries(`limit=3&cursor=${nextCursor}`)).map(({ number }) => number)).toEqual([2, 1]);
    expect((await stack.send('GET', '/api/audit?cursor=WzFlOTldCg')).status).toBe(400);
  });
});
