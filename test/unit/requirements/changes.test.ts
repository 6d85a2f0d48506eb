import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readdir, rename, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RequirementChange } from '../../../src/contracts/host-door-requirements.ts';
import { MAX_CHANGES } from '../../../src/contracts/host-door-requirements.ts';
import { hashOf } from '../../../src/host/requirements/change-file.ts';
import { createRequirementChanges } from '../../../src/host/requirements/changes.ts';
import type { RequirementChanges } from '../../../src/host/requirements/changes.ts';
import { makeRepository } from '../../support/git-repository.ts';
import type { TestRepository } from '../../support/git-repository.ts';

const CHILD = join(import.meta.dirname, 'changes-child.ts');
const FIRST = '# First\n';
const sha = (text: string): string => hashOf(Buffer.from(text));

let repository: TestRepository;
let folder: string;
let changes: RequirementChanges;

beforeEach(async () => {
  repository = await makeRepository({ '.claude/commands/first.md': FIRST, '.claude/commands/second.md': '# Second\n' });
  folder = join(repository.root, 'changes');
  changes = createRequirementChanges(folder);
});
afterEach(async () => {
  await repository.remove();
});

let counter = 0;
const apply = (...asked: RequirementChange[]) =>
  changes.changeRequirements(repository.directory, { id: `change-${(counter += 1)}-of-a-test`, changes: asked });
const undo = (id: string) => changes.undoRequirements(repository.directory, id);
const text = (name: string) => repository.read(`.claude/commands/${name}.md`);
const at = (name: string) => join(repository.directory, '.claude/commands', `${name}.md`);
/** Everything in the folder of the requirements, with what lies beside them. */
const all = async () => (await readdir(join(repository.directory, '.claude/commands'))).toSorted();

describe('change sets', () => {
  it('creates, edits, renames and deletes as one, and undoes as one', async () => {
    await chmod(at('first'), 0o640);
    await repository.write('.claude/commands/third.md', '# Third\n');
    const set = await apply(
      { kind: 'create', name: 'new/größe', text: '# Größe\r\n' },
      { kind: 'edit', name: 'first', text: '# Changed\n', expectedSha256: sha(FIRST) },
      { kind: 'rename', name: 'second', to: 'other', expectedSha256: null },
      { kind: 'delete', name: 'third', expectedSha256: null },
    );
    expect(set.files).toContainEqual({ name: 'first', before: sha(FIRST), after: sha('# Changed\n') });
    expect(await Promise.all(['new/größe', 'first', 'second', 'other', 'third'].map(text))).toEqual([
      '# Größe\r\n',
      '# Changed\n',
      null,
      '# Second\n',
      null,
    ]);
    expect((await stat(at('first'))).mode & 0o777).toBe(0o640);
    expect(await all()).toEqual(['first.md', 'new', 'other.md']);

    const undone = await undo(set.id);
    expect(undone.files).toContainEqual({ name: 'first', before: sha('# Changed\n'), after: sha(FIRST) });
    expect(await all()).toEqual(['first.md', 'new', 'second.md', 'third.md']);
    expect(await text('first')).toBe(FIRST);
    expect((await stat(at('first'))).mode & 0o777).toBe(0o640);
    expect(await undo(set.id)).toEqual(undone);
  });

  it('the same id does nothing twice, and another set under it is refused', async () => {
    const id = 'the-same-id-again';
    const request = { id, changes: [{ kind: 'create' as const, name: 'new', text: 'x' }] };
    const set = await changes.changeRequirements(repository.directory, request);
    await writeFile(at('new'), 'edited by the user');
    expect(await changes.changeRequirements(repository.directory, request)).toEqual(set);
    expect(await text('new')).toBe('edited by the user');
    const other = { id, changes: [{ kind: 'create' as const, name: 'other', text: 'x' }] };
    await expect(changes.changeRequirements(repository.directory, other)).rejects.toMatchObject({
      code: 'invalid_input',
    });
    await expect(changes.changeRequirements(repository.directory, { ...other, id: '../up' })).rejects.toMatchObject({
      code: 'invalid_input',
    });
  });

  it('changes nothing if one of them cannot be done, and names every reason with the state now', async () => {
    const refused = apply(
      { kind: 'create', name: 'new', text: 'x' },
      { kind: 'edit', name: 'first', text: 'x', expectedSha256: sha('older') },
      { kind: 'create', name: 'second', text: 'x' },
      { kind: 'delete', name: 'none', expectedSha256: null },
      { kind: 'create', name: '../up', text: 'x' },
    );
    const error = await refused.catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'requirement_changed',
      details: {
        requirements: [
          { name: 'first', code: 'requirement_changed', sha256: sha(FIRST) },
          { name: 'second', code: 'requirement_exists', sha256: sha('# Second\n') },
          { name: 'none', code: 'requirement_not_found' },
          { name: '../up', code: 'requirement_name_invalid' },
        ],
      },
    });
    expect(await all()).toEqual(['first.md', 'second.md']);
    expect(await readdir(folder)).toEqual([]);
  });

  it.each<[string, RequirementChange[], string]>([
    ['an empty text', [{ kind: 'create', name: 'a', text: ' \n' }], 'requirement_invalid'],
    ['half a character', [{ kind: 'create', name: 'a', text: '\ud800' }], 'requirement_invalid'],
    ['more than 1 MB', [{ kind: 'create', name: 'a', text: 'x'.repeat(1_000_001) }], 'requirement_invalid'],
    ['no change', [], 'invalid_input'],
    [
      'too many',
      Array.from(
        { length: MAX_CHANGES + 1 },
        (_, index) => ({ kind: 'create', name: `n${index}`, text: 'x' }) as const,
      ),
      'invalid_input',
    ],
    [
      'a name twice',
      [
        { kind: 'rename', name: 'first', to: 'a', expectedSha256: null },
        { kind: 'create', name: 'a', text: 'x' },
      ],
      'invalid_input',
    ],
  ])('refuses %s', async (_, asked, code) => {
    await expect(apply(...asked)).rejects.toMatchObject({ code });
    expect(await all()).toEqual(['first.md', 'second.md']);
  });

  it('undoes nothing once a file was changed again', async () => {
    const set = await apply(
      { kind: 'create', name: 'new', text: 'x' },
      { kind: 'edit', name: 'first', text: 'y', expectedSha256: null },
    );
    await writeFile(at('first'), 'edited by the user');
    await expect(undo(set.id)).rejects.toMatchObject({ code: 'undo_refused', details: { name: 'first' } });
    expect([await text('new'), await text('first')]).toEqual(['x', 'edited by the user']);
    await writeFile(at('first'), 'y');
    await undo(set.id);
    expect([await text('new'), await text('first')]).toEqual([null, FIRST]);
    await expect(undo('some-other-change')).rejects.toMatchObject({ code: 'change_not_found' });
    await expect(changes.undoRequirements('/elsewhere', set.id)).rejects.toMatchObject({ code: 'change_not_found' });
  });

  it('many at once are one after the other: one of two edits of the same state wins', async () => {
    const edits = ['a', 'b', 'c', 'd'].map((letter) =>
      apply({ kind: 'edit', name: 'first', text: letter, expectedSha256: sha(FIRST) }),
    );
    const ends = await Promise.allSettled(edits);
    expect(ends.filter((end) => end.status === 'fulfilled')).toHaveLength(1);
    expect(await text('first')).toBe('a');
  });
});

describe('[S-08] nothing outside of the checkout, and nothing of git itself', () => {
  it.each(['.claude/commands', '.claude', '.claude/commands/sub'])('a link at %s that leads out', async (link) => {
    const outside = join(repository.root, 'outside');
    await mkdir(outside);
    const place = join(repository.directory, link);
    if (link !== '.claude/commands/sub') await rename(place, join(repository.root, 'aside'));
    await symlink(outside, place);
    const name = link.endsWith('sub') ? 'sub/new' : 'new';
    await expect(apply({ kind: 'create', name, text: 'x' })).rejects.toMatchObject({ code: 'requirement_invalid' });
    expect(await readdir(outside)).toEqual([]);
  });

  it("a link into git's folder, and requirements that are links or folders", async () => {
    await symlink('../../.git/hooks', join(repository.directory, '.claude/commands/hooks'));
    await symlink('first.md', at('link'));
    await mkdir(at('folder'));
    for (const name of ['hooks/pre-commit', 'link', 'folder']) {
      const edits = [apply({ kind: 'create', name, text: 'x' }), apply({ kind: 'delete', name, expectedSha256: null })];
      for (const edit of edits) {
        await expect(edit).rejects.toMatchObject({
          code: expect.stringMatching(/^requirement_(invalid|not_found)$/),
        });
      }
    }
    expect(await readdir(join(repository.directory, '.git/hooks'))).not.toContain('pre-commit.md');
    expect(await text('first')).toBe(FIRST);
  });
});

describe('[P7] kill -9 in the middle', () => {
  const request = {
    id: 'change-that-is-killed',
    changes: [
      { kind: 'create', name: 'new', text: 'x' },
      { kind: 'edit', name: 'first', text: 'y', expectedSha256: sha(FIRST) },
      { kind: 'delete', name: 'second', expectedSha256: null },
    ],
  } as const;
  const after = ['x', 'y', null];
  const before = [null, FIRST, '# Second\n'];
  const texts = () => Promise.all(['new', 'first', 'second'].map(text));

  async function killedAt(failpoint: string, asked: unknown): Promise<void> {
    const child = spawn(process.execPath, [CHILD, folder, repository.directory, JSON.stringify(asked)], {
      env: {
        PATH: '/usr/bin:/bin',
        HOME: repository.root,
        NIGHTLOOM_FAILPOINT: failpoint,
        NIGHTLOOM_FAILPOINT_LOG: join(repository.root, 'failpoints.log'),
      },
      stdio: 'inherit',
    });
    expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
  }

  it.each(['requirements:logged=kill', 'requirements:between=kill', 'requirements:between=kill:2'])(
    '%s: it is finished, and can be undone',
    async (failpoint) => {
      await killedAt(failpoint, request);
      await changes.settle();
      expect(await texts()).toEqual(after);
      expect(await all()).toEqual(['first.md', 'new.md']);
      expect(await changes.changeRequirements(repository.directory, request)).toMatchObject({ undone: false });
      await undo(request.id);
      expect(await texts()).toEqual(before);
    },
  );

  it('it is undone where it cannot be finished: the user changed a file before we were back', async () => {
    await killedAt('requirements:between=kill', request);
    await writeFile(at('second'), 'edited by the user');
    await changes.settle();
    expect(await texts()).toEqual([null, FIRST, 'edited by the user']);
  });

  it.each(['requirements:undoing=kill', 'requirements:between=kill'])('%s while undoing', async (failpoint) => {
    await changes.changeRequirements(repository.directory, request);
    await killedAt(failpoint, request.id);
    changes = createRequirementChanges(folder);
    await changes.settle();
    expect(await texts()).toEqual(before);
    expect(await undo(request.id)).toMatchObject({ undone: true });
  });

  it('a checkout that is away is waited for and keeps nobody else from working', async () => {
    await killedAt('requirements:between=kill', request);
    const away = join(repository.root, 'away');
    await rename(repository.directory, away);
    await changes.settle();
    await rename(away, repository.directory);
    changes = createRequirementChanges(folder);
    await changes.settle();
    expect(await texts()).toEqual(after);
  });
});
