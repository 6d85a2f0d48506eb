/** What a project's handlers are asked before a task of theirs is queued, by the door. */
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TaskToFreeze } from '../../../src/contracts/host-door-kinds.ts';
import { toKind } from '../../../src/contracts/kinds.ts';
import { kindsDoor } from '../../../src/host/door/kinds.ts';
import { projectState } from '../../../src/host/kinds/handlers/project-state.ts';
import { readEnvironment } from '../../../src/platform/environment.ts';
import { createMasker } from '../../../src/platform/masking.ts';
import { ensureStateDirectory } from '../../../src/platform/paths.ts';

let checkout: string;
let home: string;
beforeEach(async () => {
  checkout = await realpath(await mkdtemp(join(tmpdir(), 'nightloom-handlers-')));
  home = join(checkout, 'state');
});
afterEach(() => rm(checkout, { recursive: true, force: true }));

const EXAMPLE = await readFile(new URL('../../../examples/handlers/count-lines.mjs', import.meta.url), 'utf8');

/** Writes the configuration with these handlers; its hash, as one who trusts it knows it. */
async function configure(...handlers: string[]): Promise<string> {
  const text = JSON.stringify({ handlers });
  await writeFile(join(checkout, 'nightloom.config.json'), text);
  return createHash('sha256').update(text).digest('hex');
}

async function freeze(name: string, params: Readonly<Record<string, unknown>>, trustedSha256: string | null) {
  const paths = await ensureStateDirectory(home);
  const kind = toKind(name);
  if (kind === null) throw new Error(`no kind can be called ${name}`);
  const task: TaskToFreeze = { kind, params, trustedSha256 };
  return await kindsDoor(paths, createMasker([]), { PATH: readEnvironment().path }).freezeTask(checkout, task);
}

describe('a kind of a project', () => {
  beforeEach(() => writeFile(join(checkout, 'count.mjs'), EXAMPLE));

  it('is frozen with its parameters as its own schema gives them', async () => {
    const trusted = await configure('count.mjs');
    const frozen = await freeze('count-lines', { ending: '.md' }, trusted);
    expect(frozen).toMatchObject({ kind: 'count-lines', params: { ending: '.md' } });
    expect(frozen.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('refuses mistakes with their paths, and kinds that nobody defines with those that there are', async () => {
    const trusted = await configure('count.mjs');
    await expect(freeze('count-lines', { ending: 'md', writ: 1 }, trusted)).rejects.toMatchObject({
      code: 'invalid_input',
      details: {
        fields: [
          { path: 'params.ending', message: expect.any(String) },
          { path: 'params', message: expect.stringContaining('writ') },
        ],
      },
    });
    await expect(freeze('count-words', {}, trusted)).rejects.toMatchObject({
      code: 'unknown_kind',
      details: { kinds: expect.arrayContaining(['custom-command', 'count-lines']) },
    });
  });

  it('executes nothing of a configuration that is not the trusted one', async () => {
    await writeFile(join(checkout, 'count.mjs'), `import { writeFileSync } from 'node:fs'; writeFileSync('ran', '');`);
    await configure('count.mjs');
    for (const trusted of [null, 'f'.repeat(64)]) {
      await expect(freeze('count-lines', {}, trusted)).rejects.toMatchObject({ code: 'project_untrusted' });
    }
    await expect(readFile(join(checkout, 'ran'))).rejects.toThrow('ENOENT');
  });

  it.each([
    ['../outside.mjs', 'invalid_settings', 'not there'],
    ['../../../../etc/passwd', 'invalid_settings', 'leads out'],
    ['broken.mjs', 'handler_broken', 'SyntaxError'],
    ['empty.mjs', 'handler_broken', 'exports nothing'],
  ])('is refused when its module is %s', async (module, code, message) => {
    await writeFile(join(checkout, 'broken.mjs'), 'export const = 1;');
    await writeFile(join(checkout, 'empty.mjs'), 'export const nothing = 1;');
    const trusted = await configure(module);
    await expect(freeze('count-lines', {}, trusted)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
  });
});

describe('kept values', () => {
  it('are there again, by their own key, and gone when they are deleted', async () => {
    const state = projectState(join(checkout, 'values'));
    expect([await state.get('a'), await state.keys()]).toEqual([undefined, []]);
    await state.set('a/../b', { n: 1 });
    await state.set('a', null);
    expect(await projectState(join(checkout, 'values')).get('a/../b')).toEqual({ n: 1 });
    expect(await state.keys()).toEqual(['a', 'a/../b']);
    await state.delete('a');
    await state.delete('a');
    expect(await state.keys()).toEqual(['a/../b']);
    await expect(state.set('big', 'x'.repeat(1024 * 1024))).rejects.toThrow(RangeError);
  });
});
