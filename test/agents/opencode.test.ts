import { spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { arch, platform } from 'node:process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { opencode } from '../../src/host/agents/opencode.ts';
import { startMessagesApi } from '../claude/messages-api.ts';
import { installPinned } from '../support/install-pinned.ts';
import { call, fail, say, turns } from '../support/model-stand-in.ts';
import type { Script, StandIn } from '../support/model-stand-in.ts';
import { Bench } from './bench.ts';

const VERSION = '1.18.33';
const benches: Bench[] = [];
let bin = '';
let api: StandIn;

beforeAll(async () => {
  // The package itself only starts the program of the machine's kind.
  const program = `opencode-${platform}-${arch}/bin/opencode`;
  bin = await installPinned({ name: 'opencode-ai', version: VERSION, program });
  api = await startMessagesApi();
});
afterAll(async () => {
  await api?.close();
  await Promise.all(benches.map((bench) => bench.close()));
});

async function open(script: Script): Promise<Bench> {
  const bench = await Bench.open(opencode, bin, { OPENCODE_DISABLE_MODELS_FETCH: '1' });
  benches.push(bench);
  const baseURL = api.play(`script${benches.length}`, script);
  const config = {
    model: 'anthropic/claude-sonnet-4-5',
    provider: { anthropic: { options: { baseURL, apiKey: 'sk-dummy-000' } } },
    // It would ask the model for a title beside the work.
    agent: { title: { disable: true } },
  };
  await writeFile(join(bench.cwd, 'opencode.json'), JSON.stringify(config));
  return bench;
}

describe(`OpenCode ${VERSION}`, () => {
  it('says its version', async () => {
    const bench = await open(turns(say('')));
    const [program, ...rest] = opencode.checks(bench.settings(), bench.env).version ?? ['false'];
    expect(spawnSync(program, rest, { env: bench.env, encoding: 'utf8' }).stdout).toContain(VERSION);
  });

  it('changes files, and goes on in the same session', async () => {
    const bench = await open(({ conversation, toolResults }) => {
      if (toolResults > 0) return say('All done.');
      const command = conversation.includes('Go on.') ? 'echo two >> a.txt' : 'echo one > a.txt';
      return call('bash', { command, description: 'writes' });
    });
    const settings = bench.settings({ permissionMode: 'bypassPermissions' });
    const first = await bench.run({ settings });
    expect(first.outcome).toMatchObject({ verdict: { kind: 'succeeded', message: 'All done.' } });
    const { sessionId } = first.outcome.figures;
    expect(sessionId).toMatch(/^ses_/);
    const session = { id: sessionId, resume: true };
    const second = await bench.run({ settings, prompt: 'Go on.', session });
    expect(second.outcome).toMatchObject({ verdict: { kind: 'succeeded' }, figures: { sessionId } });
    expect(await readFile(join(bench.cwd, 'a.txt'), 'utf8')).toBe('one\ntwo\n');
  });

  it('that is not let in wants a login', async () => {
    const bench = await open(() => fail(401, 'authentication_error', 'invalid x-api-key'));
    expect((await bench.run()).outcome.verdict.kind).toBe('needs_login');
  });

  it('that resumes a session which is gone says so', async () => {
    const bench = await open(turns(say('Fine.')));
    const session = { id: 'ses_000000000000000000000000000', resume: true };
    const { outcome } = await bench.run({ session });
    expect(outcome.verdict).toMatchObject({ kind: 'session_broken', code: 'no_session' });
  });
});
