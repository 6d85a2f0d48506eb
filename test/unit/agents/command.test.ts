import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env } from 'node:process';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/contracts/errors.ts';
import { AGENTS } from '../../../src/contracts/vocabulary.ts';
import { command } from '../../../src/host/agents/command.ts';
import { adapterFor, sessionLaunch } from '../../../src/host/agents/registry.ts';
import { drive } from '../../fixtures/agents/drive.ts';
import type { SessionLaunch } from '../../../src/host/agents/claude-session.ts';
import type { Driven } from '../../fixtures/agents/drive.ts';
import { settingsWith } from '../../fixtures/agents/settings.ts';

const shell = (script: string): Promise<Driven> =>
  drive({
    adapter: command,
    request: {
      prompt: 'the prompt',
      session: { id: null, resume: false },
      cwd: tmpdir(),
      settings: settingsWith({ name: 'command', command: ['/bin/sh', '-c', script] }),
    },
    env: { PATH: env['PATH'] ?? '' },
  });

describe('the agent "command"', () => {
  it('reads the prompt from stdin; exit 0 is a success', async () => {
    const { outcome, events } = await shell('cat; echo; echo done');
    expect(outcome.verdict).toEqual({ kind: 'succeeded', message: 'done' });
    expect(events).toContainEqual({ type: 'text', text: 'the prompt' });
    expect(outcome.figures).toMatchObject({ sessionId: null, costUsd: null, tokens: null, turns: null });
  });

  it.each([
    ['echo out; echo why >&2; exit 3', { kind: 'failed', code: 'agent_error', message: 'Exit 3: why' }],
    ['exit 75', { kind: 'failed', code: 'agent_error', message: 'Exit 75.' }],
    ['no-such-program-here', { kind: 'environment' }],
    ['/etc/passwd', { kind: 'environment' }],
    ['kill -KILL $$', { kind: 'failed', code: 'killed' }],
    ['kill -TERM $$', { kind: 'lost' }],
  ])('%s', async (script, verdict) => {
    expect((await shell(script)).outcome.verdict).toMatchObject(verdict);
  });

  it('needs its argv', () => {
    const request = {
      prompt: '',
      session: { id: null, resume: false },
      cwd: '/',
      settings: settingsWith({ name: 'command' }),
    };
    expect(() => command.command(request)).toThrow(expect.toSatisfy((error) => AppError.is(error, 'invalid_settings')));
  });
});

describe('registry', () => {
  it('knows every agent of the vocabulary', () => {
    for (const name of AGENTS) expect(adapterFor(name).name).toBe(name);
  });

  it('resumes a conversation of claude only if its transcript holds something', async () => {
    const config = await mkdtemp(join(tmpdir(), 'nightloom-session-'));
    const launch = (id: string): Promise<SessionLaunch> => sessionLaunch('claude', { CLAUDE_CONFIG_DIR: config }, id);
    try {
      expect(await launch('s1')).toEqual({ id: 's1', resume: false });
      await mkdir(join(config, 'projects', '-elsewhere'), { recursive: true });
      await mkdir(join(config, 'projects', '-srv-repo'), { recursive: true });
      await writeFile(join(config, 'projects', '-srv-repo', 's1.jsonl'), '{}\n');
      await writeFile(join(config, 'projects', '-srv-repo', 's2.jsonl'), '');
      expect(await launch('s1')).toEqual({ id: 's1', resume: true });
      const fresh = await launch('s2');
      expect(fresh).toEqual({ id: expect.stringMatching(/^[\da-f-]{36}$/), resume: false });
    } finally {
      await rm(config, { recursive: true });
    }
  });
});
