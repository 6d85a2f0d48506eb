import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env as ownEnv } from 'node:process';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Settings } from '../../../src/contracts/settings.ts';
import { sessionLaunch } from '../../../src/host/agents/registry.ts';
import { SCRIPTED_AGENT_PATH, scripted } from '../../../src/host/agents/scripted.ts';
import { drive } from '../../fixtures/agents/drive.ts';
import type { Drive, Driven } from '../../fixtures/agents/drive.ts';
import { settingsWith } from '../../fixtures/agents/settings.ts';

let cwd = '';
let env: Record<string, string> = {};
let session = '';

beforeEach(() => {
  const directory = mkdtempSync(join(tmpdir(), 'nightloom-scripted-'));
  session = randomUUID();
  cwd = join(directory, 'repo');
  execFileSync('git', ['init', '--quiet', '--initial-branch', 'main', cwd]);
  env = {
    PATH: ownEnv['PATH'] ?? '',
    HOME: directory,
    NIGHTLOOM_SCRIPTED_STATE: join(directory, 'state'),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'A',
    GIT_AUTHOR_EMAIL: 'a@example.org',
    GIT_COMMITTER_NAME: 'A',
    GIT_COMMITTER_EMAIL: 'a@example.org',
  };
});
afterEach(() => rmSync(join(cwd, '..'), { recursive: true, force: true }));

const fence = (script: string): string => `# Work\n\n\`\`\`script\n${script}\n\`\`\`\n`;

/** One run; resumes the session if it exists, as a host would. */
async function run(prompt: string, agent: Partial<Settings['agent']> = {}, more: Partial<Drive> = {}): Promise<Driven> {
  const launch = await sessionLaunch('scripted', env, session);
  const request = { prompt, session: launch, cwd, settings: settingsWith({ name: 'scripted', ...agent }) };
  return drive({ adapter: scripted, request, env, ...more });
}
const file = (path: string): string => readFileSync(join(cwd, path), 'utf8');

describe('what a script does', () => {
  it('answers in structure where a schema was given, and with text elsewhere', async () => {
    const prompt = fence('answer {"stories": [], "reasoning": "none"}');
    const launch = await sessionLaunch('scripted', env, session);
    const settings = settingsWith({ name: 'scripted' });
    const request = { prompt, session: launch, cwd, settings, schema: { type: 'object' } };
    const bound = await drive({ adapter: scripted, request, env });
    const answer = { stories: [], reasoning: 'none' };
    expect(bound.events.at(-1)).toEqual({
      type: 'final',
      ok: true,
      text: JSON.stringify(answer),
      structured: answer,
    });
    session = randomUUID();
    const free = await run(prompt);
    expect(free.events.at(-1)).toEqual({ type: 'final', ok: true, text: JSON.stringify(answer) });
  });

  it('changes files, runs commands and reports cost, turns and denials', async () => {
    const script = `
      # a comment
      write src/a.txt one\\ntwo
      append src/a.txt three
      write gone.txt x
      delete gone.txt
      run printf '%s' "$HOME" > home.txt; echo out
      run exit 4
      deny WebFetch
      cost 0.25
      turns 5
      say All done.`;
    const { outcome, events, code } = await run(fence(script));
    expect(outcome.verdict).toEqual({ kind: 'succeeded', message: 'All done.' });
    expect(code).toBe(0);
    expect(file('src/a.txt')).toBe('one\ntwo\nthree\n');
    expect(file('home.txt')).toBe(env['HOME']);
    expect(existsSync(join(cwd, 'gone.txt'))).toBe(false);
    expect(outcome.figures).toMatchObject({ sessionId: session, costUsd: 0.25, turns: 14, deniedTools: ['WebFetch'] });
    expect(events).toContainEqual({ type: 'tool_result', ok: false, summary: 'exit 4' });
  });

  it('works on the repository like an agent that does more than it should', async () => {
    const script = 'write a.txt 1\ncommit First\nwrite a.txt 2\nrun git stash\nstash-pop\nswitch other';
    expect((await run(fence(script))).outcome.verdict.kind).toBe('succeeded');
    const git = (...args: string[]): string => execFileSync('git', args, { cwd, encoding: 'utf8', env }).trim();
    expect(git('log', '--format=%s')).toBe('First');
    expect(git('branch', '--show-current')).toBe('other');
    expect(git('stash', 'list')).toBe('');
    expect(file('a.txt')).toBe('2\n');
  });

  it.each([
    ['overloaded', { kind: 'backoff', code: 'overloaded' }],
    ['auth', { kind: 'needs_login' }],
    ['billing', { kind: 'billing' }],
    ['unknown-limit', { kind: 'usage_limit', resetAtMs: null }],
    ['fail It broke.', { kind: 'failed', code: 'agent_error', message: 'It broke.' }],
    ['exit 0', { kind: 'failed', code: 'no_result' }],
    ['exit 3', { kind: 'failed', code: 'startup_error' }],
    ['out-of-turns', { kind: 'out_of_turns' }],
    ['frobnicate x', { kind: 'failed', code: 'agent_error', message: 'Unknown command in the script: frobnicate x' }],
    ['sleep soon', { kind: 'failed', code: 'agent_error', message: 'sleep soon: not a duration: soon' }],
    ['garbage', { kind: 'succeeded' }],
    ['nuls', { kind: 'succeeded', message: 'with a NUL, red and gnp.exe' }],
    ['bigline 3', { kind: 'succeeded' }],
  ])('%s', async (line, verdict) => {
    expect((await run(fence(line))).outcome.verdict).toMatchObject(verdict);
  });

  it('says so when there is no script', async () => {
    expect((await run('Just text.')).outcome.verdict).toMatchObject({
      kind: 'failed',
      message: 'The prompt has no fenced script block.',
    });
  });

  it('answers the version check and knows no login', () => {
    const { version, login } = scripted.checks(settingsWith({}), {});
    const [program = '', ...rest] = version ?? [];
    expect(execFileSync(program, rest, { encoding: 'utf8' })).toContain('scripted agent');
    expect(login).toBeNull();
  });
});

describe('sessions', () => {
  const counting = 'append log.txt before\nlimit 30s\nappend log.txt after';

  it('goes on after a usage limit, which it meets once', async () => {
    const before = Date.now();
    const first = await run(fence(counting));
    expect(first.outcome.verdict).toMatchObject({ kind: 'usage_limit', window: 'five_hour' });
    const { resetAtMs } = first.outcome.verdict.kind === 'usage_limit' ? first.outcome.verdict : { resetAtMs: null };
    expect(resetAtMs).toBeGreaterThanOrEqual(before + 30_000);
    expect(resetAtMs).toBeLessThan(Date.now() + 31_001);
    expect(first.code).toBe(1);
    const second = await run('Go on.\n<!-- nightloom: resume -->');
    expect(second.outcome.verdict.kind).toBe('succeeded');
    expect(file('log.txt')).toBe('before\nafter\n');
  });

  it('adds up the cost over its runs, as Claude does', async () => {
    await run(fence('cost 1\nlimit 1s\ncost 2'));
    const second = await run('<!-- nightloom: resume -->', {}, { parser: { priorCostUsd: 1 } });
    expect(second.outcome.figures.costUsd).toBe(2);
  });

  it('does a line again that a kill cut short', async () => {
    const script = fence(
      'append log.txt one\nrun [ -e second ] || { echo $$ > second; exec sleep 30; }\nappend log.txt two',
    );
    const killed = await run(
      script,
      {},
      {
        onEvent: (event, child) => {
          if (event.type !== 'tool' || event.name !== 'Bash') return;
          void vi
            .waitUntil(() => existsSync(join(cwd, 'second')) && file('second').endsWith('\n'), { timeout: 10_000 })
            .finally(() => child.kill('SIGKILL'));
        },
      },
    );
    expect(killed.outcome.verdict).toMatchObject({ kind: 'failed', code: 'killed' });
    // Its command is in a session of its own and lives on.
    process.kill(Number(file('second')), 'SIGKILL');
    expect((await run(script)).outcome.verdict.kind).toBe('succeeded');
    expect(file('log.txt')).toBe('one\ntwo\n');
  });

  it('chooses by attempt and fix', async () => {
    const script = fence('write a.txt default\non attempt 2:\nwrite a.txt second\non fix 1:\nwrite a.txt fixed');
    await run(`${script}<!-- nightloom: attempt 1 -->`);
    expect(file('a.txt')).toBe('default\n');
    await run('It is wrong.\n<!-- nightloom: fix 1 -->');
    expect(file('a.txt')).toBe('fixed\n');
    expect((await run('Still wrong.\n<!-- nightloom: fix 2 -->')).outcome.verdict.kind).toBe('succeeded');
    expect(file('a.txt')).toBe('fixed\n');
    session = randomUUID();
    await run(`${script}<!-- nightloom: attempt 2 -->`);
    expect(file('a.txt')).toBe('second\n');
    session = randomUUID();
    await run(`${script}<!-- nightloom: attempt 3 -->`);
    expect(file('a.txt')).toBe('default\n');
  });

  it('runs out of turns and goes on', async () => {
    const script = 'append log.txt 1\nappend log.txt 2\nappend log.txt 3';
    expect((await run(fence(script), { maxTurns: 2 })).outcome.verdict.kind).toBe('out_of_turns');
    expect((await run('<!-- nightloom: resume -->', { maxTurns: 2 })).outcome.verdict.kind).toBe('succeeded');
    expect(file('log.txt')).toBe('1\n2\n3\n');
  });

  it('refuses unknown and used ids like Claude', async () => {
    const settings = settingsWith({ name: 'scripted' });
    const start = (resume: boolean): Promise<Driven> =>
      drive({
        adapter: scripted,
        request: { prompt: fence('say x'), session: { id: session, resume }, cwd, settings },
        env,
      });
    expect((await start(true)).outcome.verdict).toMatchObject({ kind: 'session_broken', code: 'no_session' });
    await start(false);
    expect((await start(false)).outcome.verdict).toMatchObject({ kind: 'session_broken', code: 'session_in_use' });
  });
});

/** True while the process runs; what has ended and waits for its parent does not. */
function isAlive(pid: string): boolean {
  const path = `/proc/${pid.trim()}/stat`;
  return existsSync(path) && !/\) Z /.test(readFileSync(path, 'utf8'));
}

describe('processes', () => {
  it('ends its command with itself on SIGTERM', async () => {
    const { code, outcome } = await run(
      fence('run echo $$ > pid.txt; sleep 30'),
      {},
      {
        intervention: { terminated: true },
        onEvent: (event, child) => {
          if (event.type === 'tool')
            void vi
              .waitUntil(() => existsSync(join(cwd, 'pid.txt')) && file('pid.txt').endsWith('\n'))
              .finally(() => child.kill('SIGTERM'));
        },
      },
    );
    expect(code).toBe(143);
    expect(outcome.verdict.kind).toBe('terminated');
    await vi.waitUntil(() => !isAlive(file('pid.txt')), { timeout: 10_000 });
  });

  it('hangs until it is ended, and not at all by SIGTERM if told so', async () => {
    const started = Date.now();
    const hanging = await run(
      fence('say waiting\nhang'),
      {},
      {
        onEvent: (event, child) => {
          if (event.type === 'text') child.kill('SIGTERM');
        },
      },
    );
    expect(hanging.signal).toBe('SIGTERM');
    expect(Date.now() - started).toBeLessThan(10_000);
    session = randomUUID();
    const stubborn = await run(
      fence('ignore-term\nsay waiting\nsleep 300ms\nsay still here'),
      {},
      {
        onEvent: (event, child) => {
          if (event.type === 'text') child.kill('SIGTERM');
        },
      },
    );
    expect(stubborn.outcome.verdict).toEqual({ kind: 'succeeded', message: 'still here' });
  });

  it('lingers after its result', async () => {
    let finalAtMs = 0;
    const { code } = await run(
      fence('linger 400ms\nsay x'),
      {},
      {
        onEvent: (event) => {
          if (event.type === 'final') finalAtMs = Date.now();
        },
      },
    );
    expect(code).toBe(0);
    expect(Date.now() - finalAtMs).toBeGreaterThanOrEqual(350);
  });

  it('leaves a process behind, in a session of its own, with the environment of the run', async () => {
    env['MARKER'] = session;
    const { outcome } = await run(fence('spawn-escaped 1s'));
    expect(outcome.verdict.kind).toBe('succeeded');
    const alive = (): boolean =>
      execFileSync('/bin/sh', ['-c', 'grep -lsz "^MARKER=$1" /proc/[0-9]*/environ || true', 'sh', session], {
        encoding: 'utf8',
      }) !== '';
    expect(alive()).toBe(true);
    await vi.waitUntil(() => !alive(), { timeout: 10_000 });
  });

  it('goes on when nobody reads its output', () => {
    execFileSync(
      '/bin/sh',
      ['-c', '"$0" "$1" --session-id x < prompt.md | true', process.execPath, SCRIPTED_AGENT_PATH],
      {
        cwd: prepared('bigline 2\nwrite a.txt done'),
        env,
      },
    );
    return vi.waitUntil(() => existsSync(join(cwd, 'a.txt')), { timeout: 10_000 });
  });
});

function prepared(script: string): string {
  execFileSync('/bin/sh', ['-c', 'cat > prompt.md'], { cwd, input: fence(script) });
  return cwd;
}
