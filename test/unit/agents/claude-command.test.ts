import { describe, expect, it } from 'vitest';
import type { Settings } from '../../../src/contracts/settings.ts';
import type { AgentRequest } from '../../../src/host/agents/adapter.ts';
import { claude } from '../../../src/host/agents/claude.ts';
import { settingsWith } from '../../fixtures/agents/settings.ts';

const request = (settings: Settings, more: Partial<AgentRequest> = {}): AgentRequest => ({
  prompt: '--help',
  session: { id: 'a-b', resume: false },
  cwd: '/srv/repo',
  settings,
  ...more,
});

describe('command line of claude', () => {
  it('has the defaults, and the prompt only on stdin', () => {
    const { argv, stdin } = claude.command(request(settingsWith({})));
    expect(argv.join(' ')).toBe(
      'claude -p --output-format stream-json --verbose --session-id a-b --permission-mode acceptEdits --setting-sources user --strict-mcp-config',
    );
    expect(stdin).toBe('--help');
  });

  it('has every setting', () => {
    const settings = settingsWith({
      bin: '/opt/claude',
      model: 'opus',
      maxTurns: 7,
      maxBudgetUsd: 1.5,
      permissionMode: 'plan',
    });
    const { argv } = claude.command(
      request(settings, { session: { id: 'a-b', resume: true }, schema: { type: 'object' } }),
    );
    const line = argv.join(' ');
    expect(argv[0]).toBe('/opt/claude');
    for (const part of [
      '--resume a-b',
      '--model opus',
      '--max-turns 7',
      '--max-budget-usd 1.5',
      '--permission-mode plan',
    ])
      expect(line).toContain(part);
    expect(line).toContain('--json-schema {"type":"object"}');
    expect(line).not.toContain('--session-id');
  });

  it('allows the verification commands word for word, once each', () => {
    const verify = ['npm test', "sh -c 'a\\b; (c), d'", 'npm test', 'two\nlines'].map((command) => ({
      command,
      timeoutMs: 1,
    }));
    const { argv } = claude.command(request(settingsWith({ allowedTools: ['WebFetch'] }, { verify })));
    const settings: unknown = JSON.parse(argv[argv.indexOf('--settings') + 1] ?? '');
    expect(settings).toEqual({
      permissions: { allow: ['WebFetch', 'Bash(npm test)', String.raw`Bash(sh -c 'a\\b; \(c\), d')`] },
    });
  });

  it('lets a command of the agent end before its silence counts as a stall', () => {
    const bashMax = (stallTimeoutMs: number): number =>
      Number(claude.command(request(settingsWith({ stallTimeoutMs }))).env['BASH_MAX_TIMEOUT_MS']);
    expect(bashMax(1_200_000)).toBeLessThan(1_200_000);
    expect(bashMax(86_400_000)).toBe(1_800_000);
  });

  it('keeps the CLI from updating, reporting, lingering and retrying for long', () => {
    expect(claude.command(request(settingsWith({}))).env).toMatchObject({
      DISABLE_AUTOUPDATER: '1',
      DISABLE_TELEMETRY: '1',
      CLAUDE_CODE_DISABLE_BACKGROUND_TASKS: '1',
      CLAUDE_CODE_MAX_RETRIES: '3',
    });
  });
});

describe('checks and account', () => {
  it('reads the login', () => {
    const checks = claude.checks(settingsWith({}), {});
    expect(checks.readLogin('{"loggedIn":true,"authMethod":"oauth_token"}', 0)).toEqual({
      loggedIn: true,
      method: 'oauth_token',
    });
    expect(checks.readLogin('{"loggedIn":false,"authMethod":"none"}', 1)).toEqual({ loggedIn: false, method: null });
    expect(checks.readLogin('not JSON', 0)).toEqual({ loggedIn: false, method: null });
  });

  it('names the account by what decides, without showing it', () => {
    const home = claude.accountKey({ HOME: '/home/a' });
    const key = claude.accountKey({ HOME: '/home/a', ANTHROPIC_API_KEY: 'sk-secret', CLAUDE_CODE_OAUTH_TOKEN: 'tok' });
    expect(claude.accountKey({ HOME: '/elsewhere', CLAUDE_CONFIG_DIR: '/home/a/.claude' })).toBe(home);
    expect(claude.accountKey({ HOME: '/home/b', ANTHROPIC_API_KEY: 'sk-secret' })).toBe(key);
    expect(key).not.toBe(home);
    expect(key).not.toContain('secret');
  });
});
