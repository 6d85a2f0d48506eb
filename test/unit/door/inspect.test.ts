/** What a task left: its change on a real repository, its prompts and evidence, and search in long logs. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HostDoor } from '../../../src/contracts/host-door.ts';
import type { DiffRequest, TaskDiff } from '../../../src/contracts/host-door-inspect.ts';
import { asId } from '../../../src/contracts/ids.ts';
import { createHostDoor } from '../../../src/host/door/host-door.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { createMasker } from '../../../src/platform/masking.ts';
import { ensureStateDirectory } from '../../../src/platform/paths.ts';
import type { StatePaths } from '../../../src/platform/paths.ts';
import { makeRepository } from '../../support/git-repository.ts';
import type { TestRepository } from '../../support/git-repository.ts';

const SECRET = 'correct-horse-battery-staple';
const task = asId('task', 't_0123456789');
const WHOLE = { ignoreWhitespace: false, path: null, maxBytes: 1_000_000 };

let repository: TestRepository;
let paths: StatePaths;
let door: HostDoor;
beforeEach(async () => {
  repository = await makeRepository({
    'a.txt': 'one\ntwo\n',
    'gone.txt': 'gone\n',
    'old name.txt': 'same\nsame\nsame\n',
  });
  paths = await ensureStateDirectory(join(repository.root, 'state'));
  const environment = { raw: { PATH: '/usr/bin:/bin', HOME: repository.root } };
  door = createHostDoor({ paths, environment, clock: systemClock, masker: createMasker([SECRET]) });
});
afterEach(() => repository.remove());

const change = async (revision: string, more: Partial<DiffRequest> = {}): Promise<TaskDiff> =>
  await door.diff({ ...WHOLE, projectPath: repository.directory, revision, ...more });

describe('a change', () => {
  it('is told file by file, whatever happened to it and however it is called', async () => {
    await repository.git(['rm', '--quiet', 'gone.txt']);
    await repository.git(['mv', 'old name.txt', 'new "name".txt']);
    await repository.write('bytes.bin', new Uint8Array([0, 1, 2, 0]));
    const sha = await repository.commit('Change', {
      'a.txt': `one\n2 ${SECRET}\n`,
      'diff --git.txt': 'diff --git a/x b/x\n@@ -1 +1 @@\n',
    });
    const diff = await change(sha);
    expect(diff).toMatchObject({ commit: sha, totalFiles: 5, truncated: false });
    expect(
      diff.files.map(({ path, status, binary, additions, deletions }) => [path, status, binary, additions, deletions]),
    ).toEqual([
      ['a.txt', 'modified', false, 1, 1],
      ['bytes.bin', 'added', true, null, null],
      ['diff --git.txt', 'added', false, 2, 0],
      ['gone.txt', 'deleted', false, 0, 1],
      ['new "name".txt', 'renamed', false, 0, 0],
    ]);
    expect(diff.files[4]?.oldPath).toBe('old name.txt');
    expect(diff.files[0]?.patch).toContain('\n-two\n+2 ****');
    expect(JSON.stringify(diff)).not.toContain(SECRET);
    expect(diff.files[2]?.patch).toContain('+diff --git a/x b/x');
    expect(diff.files[1]?.patch).toBeNull();
  });

  it('leaves out what is too much, and gives one file when asked for it', async () => {
    const long = Array.from({ length: 3000 }, (_, at) => `line ${at}`).join('\n');
    const sha = await repository.commit('Long', { 'long.txt': long, 'a.txt': 'one  \ntwo\n' });
    const diff = await change(sha, { maxBytes: 2000 });
    expect(diff).toMatchObject({ totalFiles: 2, truncated: true });
    expect(diff.files.find(({ path }) => path === 'long.txt')?.patch).toBeNull();
    expect((await change(sha, { path: 'long.txt' })).files).toMatchObject([{ path: 'long.txt', additions: 3000 }]);
    expect((await change(sha, { path: 'a.txt', ignoreWhitespace: true })).files).toEqual([]);
  });

  it('is also that of a first commit and of kept work, and of nothing else', async () => {
    const first = await repository.git(['rev-list', '--max-parents=0', 'HEAD']);
    expect((await change(first)).base).toBeNull();
    await repository.git(['update-ref', 'refs/nightloom/salvage/t_0123456789/1', 'HEAD']);
    expect((await change('refs/nightloom/salvage/t_0123456789/1')).files.length).toBeGreaterThan(0);
    for (const revision of ['HEAD', '--output=/tmp/x', 'main', 'f'.repeat(40)]) {
      await expect(change(revision)).rejects.toMatchObject({ code: 'diff_not_found' });
    }
  });
});

describe('a log', () => {
  const address = { task, attempt: 1, step: 'agent', stream: 'stdout' } as const;
  const search = { ignoreCase: false, offset: 0, line: 1, maxMatches: 10, maxBytes: 1_000_000_000 };
  beforeEach(async () => {
    const directory = join(paths.runs, task, '1', 'agent');
    await mkdir(directory, { recursive: true });
    const lines = Array.from({ length: 200_000 }, (_, at) => `line ${at + 1} of a long log, ünïcode`);
    await writeFile(join(directory, 'stdout'), `${lines.join('\n')}\nlast ${SECRET} Error`);
  });

  it('is searched by line, goes on where it stopped, and never finds a secret', async () => {
    const found = await door.searchLog(address, { ...search, text: 'line 199999' });
    expect(found.matches).toMatchObject([{ line: 199_999 }]);
    const at = found.matches[0]?.offset ?? 0;
    expect((await door.readLog(address, at, 11)).text).toBe('line 199999');
    const first = await door.searchLog(address, { ...search, text: 'LOG', ignoreCase: true, maxMatches: 2 });
    expect(first.matches.map(({ line }) => line)).toEqual([1, 2]);
    const again = await door.searchLog(address, { ...search, text: 'log', maxMatches: 1, ...first.next });
    expect(again.matches.map(({ line }) => line)).toEqual([3]);
    expect((await door.searchLog(address, { ...search, text: 'horse' })).matches).toEqual([]);
    expect((await door.searchLog(address, { ...search, text: 'error', ignoreCase: true })).matches).toMatchObject([
      { line: 200_001 },
    ]);
    expect((await door.searchLog(address, { ...search, text: 'Error', maxBytes: 1000 })).next).toMatchObject({});
  });

  it('tells where a line begins', async () => {
    const { offset } = await door.findLogLine(address, 100_000);
    expect((await door.readLog(address, offset, 11)).text).toBe('line 100000');
    expect((await door.findLogLine(address, 999_999_999)).line).toBe(200_001);
  });

  it('has prompts and evidence beside it', async () => {
    await writeFile(join(paths.runs, task, '1', 'agent', 'prompt.md'), `Do it with ${SECRET}.`);
    expect(await door.prompts(task, 1)).toMatchObject([{ step: 'agent', bytes: 40 }]);
    expect(JSON.stringify(await door.prompts(task, 1))).not.toContain(SECRET);
    expect(await door.evidence(task, 1)).toEqual([]);
    const check = {
      command: 'npm test',
      exitCode: 1,
      passed: false,
      baseline: 'passed',
      timedOut: false,
      durationMs: 5,
    };
    await mkdir(join(paths.runs, task, '1', 'verify-0-0'), { recursive: true });
    await writeFile(join(paths.runs, task, '1', 'verify-0-0', 'stdout'), 'one test failed\n');
    const round = { verdict: 'failed', tree: null, checks: [check] };
    await writeFile(join(paths.runs, task, '1', 'verify-0.json'), JSON.stringify(round));
    expect(await door.evidence(task, 1)).toEqual([
      {
        round: 0,
        verdict: 'failed',
        checks: [{ ...check, step: 'verify-0-0', outputTail: 'one test failed\n' }],
      },
    ]);
  });
});
