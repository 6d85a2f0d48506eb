import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { chmod, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { classify } from '../../../src/host/requirements/classify.ts';
import { freezeBytes, freezeRequirement, readFrozen } from '../../../src/host/requirements/freeze.ts';
import { listRequirements } from '../../../src/host/requirements/list.ts';
import { readRequirement } from '../../../src/host/requirements/read.ts';
import { makeRepository } from '../../support/git-repository.ts';
import type { TestRepository } from '../../support/git-repository.ts';

const FOLDER = '.claude/commands';

let repository: TestRepository;
beforeEach(async () => {
  repository = await makeRepository({
    'README.md': 'x\n',
    [`${FOLDER}/tracked.md`]: 'one\n',
    [`${FOLDER}/edited.md`]: 'one\n',
  });
});
afterEach(() => repository.remove());

const put = (name: string, content: string | Uint8Array): Promise<string> =>
  repository.write(`${FOLDER}/${name}.md`, content);

describe('classify', () => {
  const reason = (text: string, name = 'x'): string | null => classify(name, Buffer.from(text)).slashCommandReason;

  it.each([
    ['---\ndescription: Review\n---\nReview it\n'],
    ['---\r\nallowed-tools: Bash(git:*)\r\n---\r\nReview it\r\n'],
    ['---\nfoo: 1\nmodel: opus\n---\nReview it\n'],
    ['---\nargument-hint: [file]\n---\nReview it\n'],
    ['Fix issue $ARGUMENTS now\n'],
    ['Fix issue $1 with priority $2\n'],
  ])('knows a slash command: %j', (text) => {
    expect(reason(text)).not.toBeNull();
  });

  it.each([
    ['# Build the thing\n\nIt costs $50, or $5.00, or $1,000.\n'],
    ['---\ntitle: Requirement\n---\nBuild it\n'],
    ['Text\n---\ndescription: this is no front matter\n---\n'],
    ['The description: is here, and $HOME, ${1} and $ARGUMENTSX too\n'],
  ])('knows a requirement: %j', (text) => {
    expect(reason(text)).toBeNull();
  });

  it('takes files in subfolders for slash commands', () => {
    expect(reason('Build it\n', 'team/build')).toMatch(/subfolder/);
  });

  it('finds title and problems', () => {
    expect(classify('x', Buffer.from('\n\nIntro\n## The heading ##\n')).title).toBe('The heading');
    expect(classify('x', Buffer.from('---\ntitle: x\n---\n\n first line \nmore')).title).toBe('first line');
    expect(classify('x', Buffer.from(`# ${'🌙'.repeat(300)}`)).title).toBe('🌙'.repeat(200));
    expect(classify('x', Buffer.from(' \n\t\n')).problem).toMatch(/empty/);
    expect(classify('x', Buffer.from('---\ndescription: x\n---\n')).problem).toMatch(/empty/);
    expect(classify('x', Buffer.from([0x61, 0xff])).problem).toMatch(/UTF-8/);
    expect(classify('x', Buffer.alloc(1_000_001, 'a')).problem).toMatch(/1 MB/);
    expect(classify('x', Buffer.alloc(1_000_000, 'a')).problem).toBeNull();
  });
});

describe('listRequirements', () => {
  it('names all files with their git state, sorted', async () => {
    await put('edited', 'two\n');
    await put('untracked', 'one\n');
    await put('hidden', 'one\n');
    await put('team/build', 'one\n');
    await repository.write('.git/info/exclude', '/.claude/commands/hidden.md\n');
    const listed = await listRequirements(repository.directory);
    expect(
      listed.map(({ name, gitState, slashCommandReason }) => [name, gitState, slashCommandReason === null]),
    ).toEqual([
      ['edited', 'modified', true],
      ['hidden', 'ignored', true],
      ['team/build', 'untracked', false],
      ['tracked', 'tracked', true],
      ['untracked', 'untracked', true],
    ]);
  });

  it('knows ignored files also where their whole folder is ignored', async () => {
    await repository.git(['rm', '--quiet', '-r', '--cached', '.claude']);
    await repository.commit('ignore', { '.gitignore': '.claude/\n' });
    const listed = await listRequirements(repository.directory);
    expect(listed.map(({ name, gitState }) => [name, gitState])).toEqual([
      ['edited', 'ignored'],
      ['tracked', 'ignored'],
    ]);
  });

  it('says what is wrong with a file, and lists no name that no command could give', async () => {
    await put('empty', '');
    await put('latin', Buffer.from([0xe4]));
    await put('.hidden', 'x');
    await put('line\nend', 'x');
    await writeFile(join(repository.root, 'outside.md'), 'secret');
    await symlink(join(repository.root, 'outside.md'), join(repository.directory, FOLDER, 'link.md'));
    await symlink('tracked.md', join(repository.directory, FOLDER, 'inner.md'));
    await symlink('missing.md', join(repository.directory, FOLDER, 'broken.md'));
    // Whoever opens a pipe waits for a writer.
    await promisify(execFile)('mkfifo', [join(repository.directory, FOLDER, 'pipe.md')]);
    const problems = (await listRequirements(repository.directory)).map(({ name, problem, title }) => [
      name,
      problem,
      title,
    ]);
    expect(problems).toEqual([
      ['edited', null, 'one'],
      ['empty', 'It is empty.', 'empty'],
      ['inner', null, 'one'],
      ['latin', 'It is not UTF-8.', 'latin'],
      ['link', 'It is a link that leads outside the checkout.', 'link'],
      ['pipe', 'It is not a file.', 'pipe'],
      ['tracked', null, 'one'],
    ]);
  });

  it('is empty without the folder, and when the folder leads outside', async () => {
    const other = await makeRepository();
    try {
      expect(await listRequirements(other.directory)).toEqual([]);
      await mkdir(join(other.directory, '.claude'));
      await symlink(join(repository.directory, FOLDER), join(other.directory, FOLDER));
      expect(await listRequirements(other.directory)).toEqual([]);
      await expect(readRequirement(other.directory, 'tracked')).rejects.toMatchObject({
        code: 'requirement_not_found',
      });
    } finally {
      await other.remove();
    }
  });
});

describe('readRequirement', () => {
  it.each(['with space', '-dash', '--all', '🌙', 'ü', 'quo\'te"', ':(glob)x', 'a@b', '$HOME', 'team/build', '%41'])(
    '[F-21] reads %j',
    async (name) => {
      await put(name, `# ${name}\n`);
      const { info, text } = await readRequirement(repository.directory, name);
      expect(info).toMatchObject({ name, gitState: 'untracked', problem: null });
      expect(text).toBe(`# ${name}\n`);
    },
  );

  it.each([
    '',
    ' ',
    '..',
    '../x',
    'a/../b',
    './a',
    '/etc/passwd',
    '.hidden',
    'a/.b',
    'a//b',
    'a/',
    'a\\b',
    'a\0b',
    'a\nb',
    'a\u001bb',
    'x'.repeat(256),
  ])('[S-08] refuses %j', async (name) => {
    await expect(readRequirement(repository.directory, name)).rejects.toMatchObject({
      code: 'requirement_name_invalid',
    });
  });

  it('tells a missing file from one that cannot be used', async () => {
    await put('empty', '\n');
    await expect(readRequirement(repository.directory, 'missing')).rejects.toMatchObject({
      code: 'requirement_not_found',
    });
    await expect(readRequirement(repository.directory, 'empty')).rejects.toMatchObject({ code: 'requirement_invalid' });
    await mkdir(join(repository.directory, FOLDER, 'folder.md'));
    await expect(readRequirement(repository.directory, 'folder')).rejects.toMatchObject({
      code: 'requirement_invalid',
    });
  });
});

describe('freeze', () => {
  it('keeps the bytes of the moment, once, for the owner only', async () => {
    const inputs = join(repository.root, 'inputs');
    const frozen = await freezeRequirement(repository.directory, 'tracked', inputs);
    await put('tracked', 'two\n');
    expect(frozen).toMatchObject({ name: 'tracked', title: 'one' });
    expect((await readFrozen(inputs, frozen.sha256)).toString()).toBe('one\n');
    expect(await freezeBytes(inputs, Buffer.from('one\n'))).toBe(frozen.sha256);
    expect(await readdir(inputs)).toEqual([frozen.sha256]);
    expect((await stat(join(inputs, frozen.sha256))).mode & 0o777).toBe(0o600);
  });

  it('notices damage, and repairs it when the same bytes are frozen again', async () => {
    const inputs = join(repository.root, 'inputs');
    const sha256 = await freezeBytes(inputs, Buffer.from('one\n'));
    await chmod(join(inputs, sha256), 0o600);
    await writeFile(join(inputs, sha256), 'on');
    await expect(readFrozen(inputs, sha256)).rejects.toMatchObject({ code: 'requirement_invalid' });
    await freezeBytes(inputs, Buffer.from('one\n'));
    expect((await readFile(join(inputs, sha256))).toString()).toBe('one\n');
    await expect(readFrozen(inputs, '../../etc/passwd')).rejects.toMatchObject({ code: 'requirement_not_found' });
  });
});
