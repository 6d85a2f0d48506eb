import { expect, it } from 'vitest';
import type { AgentName } from '../../../src/contracts/vocabulary.ts';
import { agentEnvironment } from '../../../src/host/agents/environment.ts';

const base = {
  PATH: '/bin',
  HOME: '/home/a',
  LC_ALL: 'C.UTF-8',
  XDG_CONFIG_HOME: '/home/a/.config',
  https_proxy: 'http://proxy',
  NODE_EXTRA_CA_CERTS: '/ca.pem',
  TERM: 'xterm',
  ANTHROPIC_BASE_URL: 'http://api',
  CLAUDE_CODE_OAUTH_TOKEN: 'token',
  CLAUDE_CONFIG_DIR: '/config',
  IS_SANDBOX: '1',
  CLAUDECODE: '1',
  CLAUDE_CODE_SSE_PORT: '1',
  NIGHTLOOM_HOME: '/state',
  NIGHTLOOM_SECRET: 'secret',
  TEMPORAL_API_KEY: 'secret',
  GITHUB_TOKEN: 'secret',
  AWS_SECRET_ACCESS_KEY: 'secret',
  NODE_OPTIONS: '--inspect',
  SOMETHING: undefined,
};
const environment = (agent: AgentName, projectEnv: Record<string, string> = {}): Record<string, string> =>
  agentEnvironment({ base, agent, projectEnv, additions: { DISABLE_TELEMETRY: '1', CLAUDE_CODE_MAX_RETRIES: '3' } });

it('passes what every program needs, and nothing else', () => {
  expect(environment('command')).toEqual({
    PATH: '/bin',
    HOME: '/home/a',
    LC_ALL: 'C.UTF-8',
    XDG_CONFIG_HOME: '/home/a/.config',
    https_proxy: 'http://proxy',
    NODE_EXTRA_CA_CERTS: '/ca.pem',
    TERM: 'dumb',
    PAGER: 'cat',
    GIT_PAGER: 'cat',
    GIT_EDITOR: 'true',
    GIT_TERMINAL_PROMPT: '0',
    DISABLE_TELEMETRY: '1',
    CLAUDE_CODE_MAX_RETRIES: '3',
  });
});

it('passes its own credentials to claude only', () => {
  const claude = environment('claude');
  expect(claude).toMatchObject({
    ANTHROPIC_BASE_URL: 'http://api',
    CLAUDE_CODE_OAUTH_TOKEN: 'token',
    CLAUDE_CONFIG_DIR: '/config',
    IS_SANDBOX: '1',
  });
  for (const name of ['CLAUDECODE', 'CLAUDE_CODE_SSE_PORT', 'NIGHTLOOM_SECRET', 'TEMPORAL_API_KEY', 'GITHUB_TOKEN'])
    expect(claude).not.toHaveProperty(name);
});

it('lets the project win, but not over our own variables', () => {
  const own = environment('claude', { CLAUDE_CODE_MAX_RETRIES: '9', GITHUB_TOKEN: 'wanted', NIGHTLOOM_RUN: 'forged' });
  expect(own).toMatchObject({ CLAUDE_CODE_MAX_RETRIES: '9', GITHUB_TOKEN: 'wanted' });
  expect(own).not.toHaveProperty('NIGHTLOOM_RUN');
});
