/** `nightloom events`: what is asked of the API, and what is said. */
import { describe, expect, it } from 'vitest';
import type { EventView } from '../../../src/contracts/views.ts';
import { cliHome } from './cli-home.ts';

const home = cliHome();
const cli = home.run;

const event = (seq: number): EventView => ({
  seq,
  id: `e${seq}`,
  type: 'task.failed',
  at: '2026-03-01T02:00:00.000Z',
  batch: 'b_aaaaaaaaaa',
  task: 't_aaaaaaaaaa',
  data: { code: 'agent_error', message: 'It\nbroke.' },
});

describe('events', () => {
  it('shows the newest, one a line', async () => {
    const { exitCode, stdout } = await cli(['events', '--topic', 'task', '--topic', 'batch'], {
      listEvents: () => ({ items: [event(7)], nextCursor: null }),
    });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^7 {2}.*task\.failed +t_aaaaaaaaaa {2}code=agent_error {2}message=It broke\.\n$/);
    expect(home.calls[0]?.query).toEqual({ topics: 'task,batch', limit: '50' });
  });

  it('goes through all pages after a number', async () => {
    const { stdout } = await cli(['events', '--since', '5', '--json'], {
      listEvents: ({ query }) =>
        query['cursor'] === '5' ? { items: [event(6)], nextCursor: '6' } : { items: [event(7)], nextCursor: null },
    });
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).seq),
    ).toEqual([6, 7]);
    expect(home.calls.map(({ query }) => query['cursor'])).toEqual(['5', '6']);
  });

  it('refuses a place that is no number', async () => {
    expect(await cli(['events', '--since', 'x'], {})).toMatchObject({ exitCode: 2 });
  });
});
