/** Claude Code, each time with a home, a configuration and a repository of its own, against a stand-in of its API. */
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env as ownEnv } from 'node:process';
import { afterAll, beforeAll } from 'vitest';
import type { Settings } from '../../../src/contracts/settings.ts';
import type { AgentRequest } from '../../../src/host/agents/adapter.ts';
import { claude } from '../../../src/host/agents/claude.ts';
import { agentEnvironment } from '../../../src/host/agents/environment.ts';
import { drive } from '../../fixtures/agents/drive.ts';
import type { Drive, Driven } from '../../fixtures/agents/drive.ts';
import { settingsWith } from '../../fixtures/agents/settings.ts';
import type { Script, StandIn } from '../../support/model-stand-in.ts';
import { installClaude } from '../install.ts';
import { startMessagesApi } from '../messages-api.ts';

const KEY = { ANTHROPIC_API_KEY: 'sk-ant-dummy-000' };
/** The credential of a subscription; without one a bench has an API key. */
export const TOKEN = { CLAUDE_CODE_OAUTH_TOKEN: 'sk-ant-oat01-dummy' };

/** One agent. */
export interface ClaudeBench {
  readonly cwd: string;
  readonly env: Record<string, string>;
  run(changes?: Partial<AgentRequest>, settings?: Settings, more?: Partial<Drive>): Promise<Driven>;
}

/** The installed program, from the first test of the file that calls this to its last. */
export interface ClaudeBenches {
  /** The program; empty before the tests begin. */
  readonly bin: string;
  /** An agent whose API answers as `script` says. */
  open(script: Script, credential?: Readonly<Record<string, string>>): Promise<ClaudeBench>;
}

/** To be called once in a test file. */
export function claudeBenches(): ClaudeBenches {
  let bin = '';
  let api: StandIn | undefined;
  let root = '';
  let count = 0;
  beforeAll(async () => {
    bin = await installClaude();
    api = await startMessagesApi();
    root = await mkdtemp(join(tmpdir(), 'nightloom-claude-'));
  });
  afterAll(async () => {
    await api?.close();
    if (root !== '') await rm(root, { recursive: true, force: true });
  });
  return {
    get bin() {
      return bin;
    },
    open: async (script, credential = KEY) => {
      const directory = await mkdtemp(join(root, 'bench-'));
      const cwd = join(directory, 'repo');
      await mkdir(cwd);
      count += 1;
      const url = api?.play(`script${count}`, script) ?? '';
      const env = environmentOf(directory, { ...credential, ANTHROPIC_BASE_URL: url });
      const run: ClaudeBench['run'] = (changes = {}, settings = settingsWith({ bin }), more = {}) => {
        const session = { id: randomUUID(), resume: false };
        const request: AgentRequest = { prompt: 'Do it.', session, cwd, settings, ...changes };
        return drive({ adapter: claude, request, env, ...more });
      };
      return { cwd, env, run };
    },
  };
}

function environmentOf(directory: string, projectEnv: Readonly<Record<string, string>>): Record<string, string> {
  return agentEnvironment({
    base: {
      ...ownEnv,
      HOME: directory,
      CLAUDE_CONFIG_DIR: join(directory, 'config'),
      ANTHROPIC_API_KEY: undefined,
      ANTHROPIC_AUTH_TOKEN: undefined,
      CLAUDE_CODE_OAUTH_TOKEN: undefined,
      IS_SANDBOX: undefined,
      TZ: 'UTC',
    },
    agent: 'claude',
    projectEnv: { ...projectEnv, CLAUDE_CODE_TMPDIR: directory },
  });
}
