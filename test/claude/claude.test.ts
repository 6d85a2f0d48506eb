/** What Claude Code does with a task: its checks, its tools, what it must not load. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AgentAdapter } from '../../src/host/agents/adapter.ts';
import { claude } from '../../src/host/agents/claude.ts';
import { settingsWith } from '../fixtures/agents/settings.ts';
import { call, say, turns } from '../support/model-stand-in.ts';
import { CLAUDE_VERSION } from './install.ts';
import { claudeBenches, TOKEN } from './support/bench.ts';

const installed = claudeBenches();

describe(`Claude Code ${CLAUDE_VERSION}`, () => {
  it('answers the checks before a start', async () => {
    const checks = claude.checks(settingsWith({ bin: installed.bin }), {});
    expect(execFileSync(installed.bin, checks.version?.slice(1) ?? [], { encoding: 'utf8' })).toContain(CLAUDE_VERSION);
    const loggedIn = await installed.open(turns(say('')), TOKEN);
    const loggedOut = await installed.open(turns(say('')), {});
    const ask = (env: Record<string, string>): { loggedIn: boolean; method: string | null } => {
      const { stdout, status } = spawnSync(installed.bin, checks.login?.slice(1) ?? [], { env, encoding: 'utf8' });
      return checks.readLogin(stdout, status);
    };
    expect(ask(loggedIn.env)).toEqual({ loggedIn: true, method: 'oauth_token' });
    expect(ask(loggedOut.env)).toEqual({ loggedIn: false, method: null });
  });

  it('edits files and runs the verification command that the mode alone would deny', async () => {
    const command = `node -e "console.log(['a', (2)].length, 'x,y', 'a\\tb'.length)"`;
    const bench = await installed.open(({ toolResults }) => {
      if (toolResults === 0) return call('Write', { file_path: join(bench.cwd, 'a.txt'), content: 'one\n' });
      if (toolResults === 1)
        return call('Edit', { file_path: join(bench.cwd, 'a.txt'), old_string: 'one', new_string: 'two' });
      if (toolResults === 2) return call('Bash', { command, description: 'check' });
      return say('All done.');
    });
    const settings = settingsWith({ bin: installed.bin }, { verify: [{ command, timeoutMs: 1000 }] });
    const { outcome, events, code } = await bench.run({}, settings);
    expect(outcome.verdict).toEqual({ kind: 'succeeded', message: 'All done.' });
    expect(await readFile(join(bench.cwd, 'a.txt'), 'utf8')).toBe('two\n');
    expect(outcome.figures).toMatchObject({ deniedTools: [], tokens: 4800 });
    expect(outcome.figures.costUsd).toBeGreaterThan(0);
    expect(
      events
        .filter((event) => event.type === 'tool_result')
        .map(({ summary }) => summary)
        .at(-1),
    ).toContain('2 x,y 3');
    expect(code).toBe(0);
  });

  it('reports a denied tool call of a run that otherwise succeeds', async () => {
    const bench = await installed.open(
      turns(call('Bash', { command: 'node -e 1', description: 'x' }), say('Gave up.')),
    );
    const { outcome } = await bench.run();
    expect(outcome.verdict.kind).toBe('succeeded');
    expect(outcome.figures.deniedTools).toEqual(['Bash(node -e 1)']);
  });

  it('does not load hooks and servers of the repository', async () => {
    const bench = await installed.open(turns(say('Done.')));
    const hook = { hooks: [{ type: 'command', command: 'touch hooked' }] };
    await mkdir(join(bench.cwd, '.claude'));
    await writeFile(
      join(bench.cwd, '.claude', 'settings.json'),
      JSON.stringify({ hooks: { SessionStart: [hook], Stop: [hook] } }),
    );
    expect((await bench.run()).outcome.verdict.kind).toBe('succeeded');
    await expect(readFile(join(bench.cwd, 'hooked'))).rejects.toThrow('ENOENT');
  });

  it('misses an answer in the wanted form', async () => {
    const bench = await installed.open(turns(say('No.')));
    const schema = { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] };
    const { outcome } = await bench.run({ schema }, settingsWith({ bin: installed.bin }), {
      parser: { wantsSchema: true },
    });
    expect(outcome.verdict).toMatchObject({ kind: 'failed', code: 'no_structured_output' });
  });

  it('says that the program does not know an option, before anything is spent', async () => {
    const bench = await installed.open(turns(say('Done.')));
    const newer: AgentAdapter = {
      ...claude,
      command: (request) => ({
        ...claude.command(request),
        argv: [...claude.command(request).argv, '--no-such-option'],
      }),
    };
    const { outcome } = await bench.run({}, settingsWith({ bin: installed.bin }), { adapter: newer });
    expect(outcome.verdict.kind).toBe('environment');
  });

  it('refuses bypassPermissions for root, and tells how it is as an environment problem', async () => {
    if (process.getuid?.() !== 0) return;
    const bench = await installed.open(turns(say('Done.')));
    const settings = settingsWith({ bin: installed.bin, permissionMode: 'bypassPermissions' });
    expect((await bench.run({}, settings)).outcome.verdict.kind).toBe('environment');
    bench.env['IS_SANDBOX'] = '1';
    expect((await bench.run({}, settings)).outcome.verdict.kind).toBe('succeeded');
  });
});
