/** Settings of the installation, with their ETag. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../src/contracts/errors.ts';
import { InstallationSettingsSchema } from '../../src/contracts/installation-settings.ts';
import { problemOf, startStack } from './support/stack.ts';
import type { Stack } from './support/stack.ts';

const PATH = '/api/settings';
const RETENTION = { runsDays: 30, inboxDays: 30, auditDays: 90 };
let stack: Stack;
beforeEach(async () => {
  stack = await startStack();
});
afterEach(() => stack.close());

const look = async () => {
  const answer = await stack.send('GET', PATH);
  return { etag: String(answer.headers['etag']), settings: InstallationSettingsSchema.parse(answer.body) };
};

describe('settings', () => {
  it('have defaults, and what is changed stays changed', async () => {
    expect((await look()).settings).toEqual({ lanes: 4, background: 3, retention: RETENTION });
    const changed = await stack.send('PATCH', PATH, { lanes: 6, retention: { runsDays: 7 } });
    expect(changed.body).toEqual({ lanes: 6, background: 3, retention: { ...RETENTION, runsDays: 7 } });
    expect((await look()).settings).toEqual(changed.body);
    expect((await stack.send('POST', '/api/prune', { dryRun: true })).status).toBe(200);
    expect(stack.door.pruned?.maxAgeMs).toBe(7 * 86_400_000);
  });

  it('are changed only from the state that If-Match names', async () => {
    const { etag, settings } = await look();
    const first = await stack.send('PATCH', PATH, { lanes: 2 }, { 'if-match': etag });
    expect([first.status, first.headers['etag']]).toEqual([200, (await look()).etag]);
    const late = await stack.send('PATCH', PATH, { lanes: 8 }, { 'if-match': etag });
    expect(late.status).toBe(412);
    expect(problemOf(late)).toMatchObject({
      code: 'changed_meanwhile',
      details: { etag: first.headers['etag'], current: { ...settings, lanes: 2 } },
    });
    for (const forged of ['', '"', 'W/' + String(first.headers['etag']), '"a", "b"', 'x'.repeat(5000), '"\u00ff"']) {
      expect((await stack.send('PATCH', PATH, { lanes: 9 }, { 'if-match': forged })).status).toBe(412);
    }
    const listed = { 'if-match': `"x", ${String(first.headers['etag'])}` };
    expect((await stack.send('PATCH', PATH, { lanes: 3 }, listed)).status).toBe(200);
    expect((await stack.send('PATCH', PATH, { lanes: 5 }, { 'if-match': '*' })).status).toBe(200);
  });

  it('lose no change when several are made at once', async () => {
    const changes = [{ runsDays: 1 }, { inboxDays: 2 }, { auditDays: 3 }];
    await Promise.all(changes.map((retention) => stack.send('PATCH', PATH, { retention })));
    expect((await look()).settings.retention).toEqual({ runsDays: 1, inboxDays: 2, auditDays: 3 });
    const { etag } = await look();
    const racing = await Promise.all(
      [4, 5, 6].map((runsDays) => stack.send('PATCH', PATH, { retention: { runsDays } }, { 'if-match': etag })),
    );
    expect(racing.map(({ status }) => String(status)).toSorted()).toEqual(['200', '412', '412']);
  });

  it('are readable while Temporal is down, and then nothing is changed by half', async () => {
    stack.lanesFailure = new AppError('temporal_unreachable', 'down');
    expect((await look()).settings).toEqual({ lanes: null, background: null, retention: RETENTION });
    const answer = await stack.send('PATCH', PATH, { background: 2, retention: { runsDays: 1 } });
    expect([answer.status, problemOf(answer).code]).toEqual([503, 'temporal_unreachable']);
    expect((await stack.send('PATCH', PATH, { retention: { auditDays: 1 } })).status).toBe(200);
    stack.lanesFailure = null;
    expect((await look()).settings).toEqual({ lanes: 4, background: 3, retention: { ...RETENTION, auditDays: 1 } });
  });

  it.each([{}, { lanes: 0 }, { lanes: 65 }, { lanes: null }, { retention: { runsDays: 1.5 } }, { other: 1 }, []])(
    'refuse %j',
    async (body) => {
      expect(problemOf(await stack.send('PATCH', PATH, body)).code).toBe('invalid_input');
    },
  );
});
