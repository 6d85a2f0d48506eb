/** The failpoints themselves: off by default, deadly when asked for, once. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hitFailpoints } from '../../src/platform/failpoint.ts';

const MODULE = fileURLToPath(new URL('../../src/platform/failpoint.ts', import.meta.url));
const PROGRAM = `
import { failpoint } from ${JSON.stringify(MODULE)};
for (let pass = 1; pass <= 3; pass += 1) { console.log(pass); failpoint('claim:before'); }
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightloom-failpoint-'));
});
afterAll(() => rm(folder, { recursive: true }));

function run(env: Readonly<Record<string, string>>): { passes: number; signal: string | null; stderr: string } {
  const result = spawnSync(execPath, ['--input-type=module', '--eval', PROGRAM], { env: { ...env }, encoding: 'utf8' });
  return { passes: result.stdout.split('\n').length - 1, signal: result.signal, stderr: result.stderr };
}

it('does nothing when nobody asks, or when another one is asked for', () => {
  const log = join(folder, 'off.log');
  expect(run({})).toMatchObject({ passes: 3, signal: null });
  expect(run({ NIGHTLOOM_FAILPOINT: 'claim:after=kill', NIGHTLOOM_FAILPOINT_LOG: log })).toMatchObject({ passes: 3 });
  expect(hitFailpoints(log)).toEqual([]);
});

it('dies at the pass that was asked for, and once only', () => {
  const log = join(folder, 'second.log');
  const env = { NIGHTLOOM_FAILPOINT: 'claim:after=kill, claim:before=kill:2', NIGHTLOOM_FAILPOINT_LOG: log };
  expect(run(env)).toMatchObject({ passes: 2, signal: 'SIGKILL' });
  expect(hitFailpoints(log)).toEqual(['claim:before']);
  expect(run(env)).toMatchObject({ passes: 3, signal: null });
  expect(hitFailpoints(log)).toEqual(['claim:before']);
});

it('refuses a name that does not exist and a missing log, so that no test passes by a slip', async () => {
  const log = join(folder, 'slip.log');
  await writeFile(log, '');
  const stderr = run({ NIGHTLOOM_FAILPOINT: 'claim:befor=kill', NIGHTLOOM_FAILPOINT_LOG: log }).stderr;
  expect(stderr).toContain('"claim:befor=kill"');
  expect(run({ NIGHTLOOM_FAILPOINT: 'claim:before=kill' }).stderr).toContain('NIGHTLOOM_FAILPOINT_LOG');
});
