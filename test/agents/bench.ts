/** One agent with a home and a repository of its own, on a loopback stand-in of its API. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env as ownEnv } from 'node:process';
import type { Settings } from '../../src/contracts/settings.ts';
import type { AgentAdapter, AgentRequest } from '../../src/host/agents/adapter.ts';
import { agentEnvironment } from '../../src/host/agents/environment.ts';
import { drive } from '../fixtures/agents/drive.ts';
import type { Drive, Driven } from '../fixtures/agents/drive.ts';
import { settingsWith } from '../fixtures/agents/settings.ts';

/** An agent that is ready to run. */
export class Bench {
  readonly adapter: AgentAdapter;
  readonly home: string;
  readonly cwd: string;
  readonly env: Record<string, string>;
  readonly #bin: string;

  private constructor(adapter: AgentAdapter, bin: string, home: string, projectEnv: Record<string, string>) {
    this.adapter = adapter;
    this.home = home;
    this.cwd = join(home, 'repo');
    this.#bin = bin;
    const { PATH } = ownEnv;
    this.env = agentEnvironment({ base: { PATH, HOME: home, TZ: 'UTC' }, agent: adapter.name, projectEnv });
  }

  /** Makes the directories; the caller removes `home` by {@link close}. */
  static async open(adapter: AgentAdapter, bin: string, projectEnv: Record<string, string>): Promise<Bench> {
    const bench = new Bench(adapter, bin, await mkdtemp(join(tmpdir(), `nightloom-${adapter.name}-`)), projectEnv);
    await mkdir(bench.cwd);
    return bench;
  }

  /** Built-in settings for this agent, with some of the agent's replaced. */
  settings(agent: Partial<Settings['agent']> = {}): Settings {
    return settingsWith({ name: this.adapter.name, bin: this.#bin, ...agent });
  }

  run(changes: Partial<AgentRequest> = {}, more: Partial<Drive> = {}): Promise<Driven> {
    const session = { id: null, resume: false };
    const request = { prompt: 'Do it.', session, cwd: this.cwd, settings: this.settings(), ...changes };
    return drive({ adapter: this.adapter, request, env: this.env, ...more });
  }

  async close(): Promise<void> {
    await rm(this.home, { recursive: true, force: true, maxRetries: 5 });
  }
}
