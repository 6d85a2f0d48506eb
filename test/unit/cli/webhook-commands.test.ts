/** `nightloom webhook`: what is asked of the API, and what is said. */
import { describe, expect, it } from 'vitest';
import { Refusal } from './api-server.ts';
import { cliHome } from './cli-home.ts';

const home = cliHome();
const cli = home.run;

const at = '2026-03-01T02:00:00.000Z';
const WEBHOOK = {
  id: 'w_aaaaaaaaaa',
  url: 'https://x.example/h',
  topics: ['task'],
  enabled: true,
  version: 1,
  createdAt: at,
};

describe('webhook', () => {
  it('adds one and prints its secret alone on a line', async () => {
    const { exitCode, stdout } = await cli(
      ['webhook', 'add', WEBHOOK.url, '--topic', 'task', '--topic', 'batch.completed'],
      {
        createWebhook: () => ({ ...WEBHOOK, secret: 'whsec_abc' }),
      },
    );
    expect(exitCode).toBe(0);
    expect(stdout.trimEnd().split('\n')).toEqual(['Added w_aaaaaaaaaa. Its secret, shown this once:', 'whsec_abc']);
    expect(home.calls[0]?.body).toEqual({ url: WEBHOOK.url, topics: ['task', 'batch.completed'] });
  });

  it('lists, switches and removes', async () => {
    const list = await cli(['webhook', 'list'], { listWebhooks: () => ({ items: [WEBHOOK], nextCursor: null }) });
    expect(list.stdout).toBe('w_aaaaaaaaaa  on  task  https://x.example/h\n');
    const off = await cli(['webhook', 'disable', WEBHOOK.id], {
      changeWebhook: () => ({ ...WEBHOOK, enabled: false }),
    });
    expect([off.stdout, home.calls[0]?.body]).toEqual(['w_aaaaaaaaaa is off.\n', { enabled: false }]);
    const gone = await cli(['webhook', 'remove', WEBHOOK.id], {
      removeWebhook: () => {
        throw new Refusal('webhook_not_found', 'There is no webhook w_aaaaaaaaaa.');
      },
    });
    expect([gone.exitCode, gone.stderr]).toEqual([4, expect.stringContaining('nightloom webhook list')]);
  });

  it.each([
    [{ delivered: true, responseCode: 200, problem: null, durationMs: 3 }, 0, 'Delivered in 3 ms: answered 200.\n'],
    [
      { delivered: false, responseCode: null, problem: 'ECONNREFUSED', durationMs: 3 },
      1,
      'Not delivered: ECONNREFUSED.\n',
    ],
  ])('tests one: %j', async (answer, exitCode, stdout) => {
    expect(await cli(['webhook', 'test', WEBHOOK.id], { testWebhook: () => answer })).toMatchObject({
      exitCode,
      stdout,
    });
  });

  it('shows what was sent and sends it again', async () => {
    const delivery = { seq: 7, type: 'task.failed' as const, attempts: 2, responseCode: 500, createdAt: at };
    const listDeliveries = () => ({
      items: [{ ...delivery, status: 'failed' as const, problem: 'answered\n500', nextAt: null, settledAt: at }],
      nextCursor: null,
    });
    const { stdout } = await cli(['webhook', 'deliveries', WEBHOOK.id, '--limit', '5'], { listDeliveries });
    expect(stdout).toMatch(/^7 .*task\.failed {2}failed {2}2× {2}answered 500\n$/);
    expect(home.calls[0]?.query).toEqual({ limit: '5' });
    const again = await cli(['webhook', 'redeliver', WEBHOOK.id, '7'], {
      redeliver: ({ params }) => ({ webhook: params['id'] ?? '', seq: Number(params['seq']) }),
    });
    expect(again.stdout).toBe('Event 7 is sent to w_aaaaaaaaaa again.\n');
  });
});
