import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Refusal } from './api-server.ts';
import type { Answers } from './api-server.ts';
import { cliHome } from './cli-home.ts';
import { batchView, taskDetail, taskPage, taskView } from './views.ts';

const home = cliHome();
const cli = home.run;

const BATCH = 'b_aaaaaaaaaa';
const page = <Item>(items: Item[]): { items: Item[]; nextCursor: null } => ({ items, nextCursor: null });

describe('usage', () => {
  it.each([
    [['nonsense'], "Unknown command 'nonsense'"],
    [['run', '--nonsense'], "Unknown option '--nonsense'"],
    [['batch', 'show'], "Missing required argument 'batch'"],
    [['logs', 't', '--attempt', '0'], 'It must be a number from 1.'],
    [['token', 'too', 'many'], 'Too many arguments'],
  ])('%j: exit 2 with the next command', async (args, fact) => {
    const result = await cli(args, null);
    expect(result.exitCode).toBe(2);
    expect(result.stderr).toContain(fact);
    expect(result.stderr).toMatch(/^Next: nightloom( [a-z]+)* --help$/m);
    expect(result.stdout).toBe('');
  });

  it('shows help without a command', async () => {
    const result = await cli([], null);
    expect(result).toMatchObject({ exitCode: 0, stderr: '' });
    expect(result.stdout).toContain('nightloom run');
  });
});

describe('without a stack', () => {
  it('status --json says so in one document, exit 3', async () => {
    const result = await cli(['status', '--json'], null);
    expect(result.exitCode).toBe(3);
    expect(JSON.parse(result.stdout)).toMatchObject({ healthy: false, url: null, pid: null, processes: [] });
    expect(result.stderr).toBe('');
  });

  it('a record whose pid was given to another process is no stack', async () => {
    await mkdir(join(home.folder, 'home'), { mode: 0o700 });
    const record = { v: 1, pid: process.pid, startTime: '1', url: 'http://127.0.0.1:1', processes: [] };
    await writeFile(join(home.folder, 'home', 'stack.json'), JSON.stringify(record));
    expect((await cli(['status'], null)).exitCode).toBe(3);
    const down = await cli(['down'], null);
    expect(down).toMatchObject({ exitCode: 0, stdout: 'No stack is running.\n' });
  });

  it.each([[['batch', 'list']], [['report']], [['token']]])('%j: exit 3 and how to start one', async (args) => {
    const result = await cli(args, null);
    expect(result.exitCode).toBe(3);
    expect(result.stderr).toContain('Next: Start it: `nightloom up`.');
  });

  it('an API that does not answer is exit 3 too, and --json gets a document', async () => {
    const env = { NIGHTLOOM_URL: 'http://127.0.0.1:1', NIGHTLOOM_TOKEN: 'x' };
    const result = await cli(['batch', 'list', '--json'], null, env);
    expect(result.exitCode).toBe(3);
    expect(JSON.parse(result.stdout)).toMatchObject({ error: { code: 'stack_unreachable' } });
  });
});

describe('errors of the API', () => {
  it.each([
    ['batch_not_found', 4],
    ['illegal_transition', 5],
    ['agent_missing', 6],
    ['no_worker', 8],
    ['unauthorized', 2],
    ['internal', 70],
  ] as const)('%s is exit %d', async (code, exitCode) => {
    const result = await cli(['batch', 'start', BATCH], {
      startBatch: () => {
        throw new Refusal(code, 'The fact.');
      },
    });
    expect(result.exitCode).toBe(exitCode);
    expect(result.stderr).toMatch(/^The fact\.\nNext: /);
  });
});

describe('names', () => {
  const open = batchView([], { id: 'b_oooooooooo', name: 'night' });
  const over = batchView([], { id: BATCH, name: 'night', status: 'completed' });

  it('mean the open batch if just one is open', async () => {
    const result = await cli(['batch', 'show', 'night', '--json'], {
      listProjects: () => page([]),
      listBatches: () => page([over, open]),
      getBatch: () => open,
    });
    expect(result.exitCode).toBe(0);
    expect(home.calls.at(-1)).toMatchObject({ route: 'getBatch', params: { id: open.id } });
  });

  it('that fit several give exit 2 with the candidates', async () => {
    const result = await cli(['batch', 'show', 'night'], {
      listProjects: () => page([]),
      listBatches: () => page([over, { ...over, id: 'b_cccccccccc' }]),
    });
    expect(result.exitCode).toBe(2);
    expect(result.stderr).toContain('2 batches are called night:');
    expect(result.stderr).toContain(`${BATCH}  completed`);
    expect(result.stderr).toContain('b_cccccccccc  completed');
  });

  it('of tasks are looked for in their batch, also as file names', async () => {
    const task = taskView({ id: 't_cccccccccc', name: 'fix-it' });
    const result = await cli(['batch', 'move', BATCH, '.claude/commands/fix-it.md', 'last'], {
      listTasks: () => taskPage([task]),
      getBatch: () => batchView([taskView({ status: 'completed' }), task, task]),
      moveTask: () => batchView([task]),
    });
    expect(result.exitCode).toBe(0);
    expect(home.calls.at(-1)?.body).toMatchObject({ taskId: task.id, position: 1 });
  });
});

describe('reading', () => {
  it('status shows what the API says; exit 6 if it is not healthy', async () => {
    const view = {
      healthy: false,
      url: null,
      pid: 7,
      processes: [{ role: 'control', pid: 7 }],
      temporalAddress: '127.0.0.1:7233',
      temporalPid: 8,
      temporalUiUrl: 'http://127.0.0.1:8233',
      home: home.folder,
      version: '0.1.0',
      installation: 'i_aaaaaaaaaa',
      host: 'h',
      checks: [{ name: 'host worker', ok: false, message: 'is down', repair: 'nightloom up' }],
      running: 1,
      openBatches: 2,
    };
    const result = await cli(['status'], { status: () => view });
    expect(result.exitCode).toBe(6);
    expect(result.stdout).toContain('Not healthy: 1 agent running, 2 open batches\nhost worker: is down\n');
    expect(result.stdout).toContain(home.apiUrl);
  });

  it('batch list --json is an array', async () => {
    const { tasks: _, forecast: _forecast, limits: _limits, ...summary } = batchView([]);
    const result = await cli(['batch', 'list', '--json'], { listBatches: () => page([summary]) });
    expect(JSON.parse(result.stdout)).toEqual([summary]);
  });

  it('reads every page', async () => {
    const result = await cli(['task', 'list', '--json'], {
      listTasks: ({ query }) =>
        query['cursor'] === undefined
          ? { ...taskPage([taskView()]), nextCursor: 'two' }
          : taskPage([taskView({ id: 't_2222222222' })]),
    });
    expect(JSON.parse(result.stdout)).toHaveLength(2);
  });

  it('refuses a status that does not exist', async () => {
    const result = await cli(['task', 'list', '--status', 'done'], {});
    expect(result.exitCode).toBe(2);
    expect(result.stderr).toContain('--status done is not one of idle, queued,');
  });

  it('logs are readable, and with --raw the very bytes', async () => {
    const text = `${JSON.stringify({ type: 'assistant', message: { content: [{ type: 'text', text: 'hello' }] } })}\n\u001B[31mx`;
    const answers: Answers = {
      listLogs: () => ({
        items: ['agent', 'verify-0-1'].map((step) => ({
          attempt: 2,
          step,
          startedAt: null,
          endedAt: null,
          exitCode: 0,
          stdoutBytes: text.length,
          stderrBytes: 0,
        })),
      }),
      readLog: ({ query }) => {
        const offset = Number(query['offset']);
        const nextOffset = Math.min(text.length, offset + 20);
        return { text: text.slice(offset, nextOffset), offset, nextOffset, totalBytes: text.length, ended: true };
      },
    };
    const readable = await cli(['logs', 't_aaaaaaaaaa', '--step', 'agent'], answers);
    expect(readable.stdout).toBe('hello\nx\n');
    const raw = await cli(['logs', 't_aaaaaaaaaa', '--step', 'agent', '--raw'], answers);
    expect(raw.stdout).toBe(text);
    const missing = await cli(['logs', 't_aaaaaaaaaa', '--attempt', '1'], answers);
    expect(missing.exitCode).toBe(4);
    expect(missing.stderr).toContain('attempt 2 agent');
  });

  it('task show --json is the task with its attempts', async () => {
    const result = await cli(['task', 'show', 't_aaaaaaaaaa', '--json'], { getTask: () => taskDetail() });
    expect(JSON.parse(result.stdout)).toEqual(taskDetail());
  });

  it('has no colour where nobody asked for it, and with FORCE_COLOR unless NO_COLOR', async () => {
    const answers: Answers = { getBatch: () => batchView([taskView({ status: 'failed' })]) };
    expect((await cli(['batch', 'show', BATCH], answers)).stdout).not.toContain('\u001B');
    expect((await cli(['batch', 'show', BATCH], answers, { FORCE_COLOR: '1' })).stdout).toContain('\u001B[31m');
    const both = await cli(['batch', 'show', BATCH], answers, { FORCE_COLOR: '1', NO_COLOR: '1' });
    expect(both.stdout).not.toContain('\u001B');
  });
});
