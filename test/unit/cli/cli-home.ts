/** The command line in a home of its own for each test, against a stand-in of the API. */
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { startApi } from './api-server.ts';
import type { Answers, ApiServer } from './api-server.ts';
import { runCli } from './run-cli.ts';
import type { CliResult } from './run-cli.ts';

/** One home, new for each test of the file. */
export interface CliHome {
  /** Where commands run: home directory and working directory in one. */
  readonly folder: string;
  /** What the API of the last command was asked, in order. */
  readonly calls: ApiServer['calls'];
  /** Where that API listened; null without one. */
  readonly apiUrl: string | null;
  /** Runs `nightloom` with `args`; `answers` null: there is no API. */
  run(args: readonly string[], answers: Answers | null, env?: Readonly<Record<string, string>>): Promise<CliResult>;
}

/** To be called once, at the top of a test file. `always`: what the API answers in each of its tests. */
export function cliHome(always: Answers = {}): CliHome {
  let folder = '';
  let api: ApiServer | null = null;
  const closeApi = async (): Promise<void> => {
    await api?.close();
    api = null;
  };
  beforeEach(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'nightloom-cli-')));
  });
  afterEach(async () => {
    await closeApi();
    await rm(folder, { recursive: true, force: true });
  });
  return {
    get folder() {
      return folder;
    },
    get calls() {
      return api?.calls ?? [];
    },
    get apiUrl() {
      return api?.url ?? null;
    },
    run: async (args, answers, env = {}) => {
      await closeApi();
      api = answers === null ? null : await startApi({ ...always, ...answers });
      const remote = api === null ? {} : { NIGHTLOOM_URL: api.url, NIGHTLOOM_TOKEN: api.token };
      const own = { HOME: folder, NIGHTLOOM_HOME: join(folder, 'home') };
      return await runCli(args, { cwd: folder, env: { ...own, ...remote, ...env } });
    },
  };
}
