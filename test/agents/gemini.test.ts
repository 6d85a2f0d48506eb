import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gemini } from '../../src/host/agents/gemini.ts';
import { sessionLaunch } from '../../src/host/agents/registry.ts';
import { installPinned } from '../support/install-pinned.ts';
import { call, fail, say, turns } from '../support/model-stand-in.ts';
import type { Script, StandIn } from '../support/model-stand-in.ts';
import { Bench } from './bench.ts';
import { startGeminiApi } from './gemini-api.ts';

const VERSION = '0.61.0';
const benches: Bench[] = [];
let bin = '';
let api: StandIn;

beforeAll(async () => {
  bin = await installPinned({ name: '@google/gemini-cli', version: VERSION, program: '.bin/gemini' });
  api = await startGeminiApi();
});
afterAll(async () => {
  await api?.close();
  await Promise.all(benches.map((bench) => bench.close()));
});

async function open(script: Script): Promise<Bench> {
  const url = api.play(`script${benches.length}`, script);
  const bench = await Bench.open(gemini, bin, { GEMINI_API_KEY: 'dummy', GOOGLE_GEMINI_BASE_URL: url });
  benches.push(bench);
  await mkdir(join(bench.home, '.gemini'));
  const settings = { security: { auth: { selectedType: 'gemini-api-key' } }, general: { disableAutoUpdate: true } };
  await writeFile(join(bench.home, '.gemini', 'settings.json'), JSON.stringify(settings));
  return bench;
}

const model = 'gemini-2.5-pro';

describe(`Gemini CLI ${VERSION}`, () => {
  it('tells its version', async () => {
    const bench = await open(turns(say('')));
    const [program = '', ...rest] = gemini.checks(bench.settings(), bench.env).version ?? [];
    expect(spawnSync(program, rest, { env: bench.env, encoding: 'utf8' }).stdout).toContain(VERSION);
  });

  it('changes files, and goes on in the session that we named', async () => {
    const bench = await open(({ conversation, toolResults }) => {
      if (toolResults > 0) return say('All done.');
      const name = conversation.includes('Go on.') ? 'b.txt' : 'a.txt';
      return call('write_file', { file_path: name, content: 'hello\n' });
    });
    const settings = bench.settings({ model });
    const id = randomUUID();
    const first = await bench.run({ settings, session: { id, resume: false } });
    expect(first.outcome).toMatchObject({
      verdict: { kind: 'succeeded', message: 'All done.' },
      figures: { sessionId: id, tokens: 2400 },
    });
    const launch = await sessionLaunch('gemini', bench.env, id);
    expect(launch).toEqual({ id, resume: true });
    const second = await bench.run({ settings, session: launch, prompt: 'Go on.' });
    expect(second.outcome).toMatchObject({ verdict: { kind: 'succeeded' }, figures: { sessionId: id, tokens: 2400 } });
    expect(await readFile(join(bench.cwd, 'b.txt'), 'utf8')).toBe('hello\n');
  });

  it('tells a session that is not there, and a login that is refused', async () => {
    const bench = await open(turns(fail(401, 'UNAUTHENTICATED', 'API key not valid')));
    const settings = bench.settings({ model });
    const gone = await bench.run({ settings, session: { id: randomUUID(), resume: true } });
    expect(gone.outcome.verdict).toMatchObject({ kind: 'session_broken', code: 'no_session' });
    expect((await bench.run({ settings })).outcome.verdict.kind).toBe('needs_login');
  });
});
