/** `background`, `inbox` and `idea` as a user types them, with the scripted agent. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type { TestRepository } from '../support/git-repository.ts';
import { makeUser } from './support/user.ts';
import type { User } from './support/user.ts';

const SETTINGS = { 'nightloom.config.json': JSON.stringify({ agent: { name: 'scripted' }, attempts: 1 }) };
const STORY = { id: 'login', title: 'Login', body: '# Login\n\nA form with two fields.\n' };
const ANSWER = `answer ${JSON.stringify({ stories: [STORY], reasoning: 'It was asked for.' })}`;

let user: User;
let repository: TestRepository;
beforeAll(async () => {
  user = await makeUser(inject('temporalAddress'));
  repository = await user.repository({}, SETTINGS);
  await user.call(['up', '--detach']);
  await user.call(['project', 'add'], { cwd: repository.directory });
}, 120_000);
afterAll(() => user.leave());

const ask = async (...args: string[]) => {
  const { exit, doc, err } = await user.json(args, { cwd: repository.directory });
  expect(exit, `${args.join(' ')}: ${err}`).toBe(0);
  return doc;
};

it('a question is answered, found in list and inbox, and what it proposes is written once', async () => {
  const question = join(user.root, 'question.md');
  await writeFile(question, `Build a login.\n\n\`\`\`script\n${ANSWER}\n\`\`\`\n`);
  const asked = await ask('background', 'start', 'generate', '--file', question, '--count', '3', '--wait');
  expect(asked).toMatchObject({ kind: 'generate', status: 'completed' });
  const { id } = Object(asked);
  expect(JSON.stringify(await ask('background', 'list'))).toContain(id);
  expect(JSON.stringify(await ask('background', 'show', id, '--text'))).toContain('A form with two fields.');
  const inbox = JSON.stringify(await ask('inbox'));
  expect(inbox).toContain(id);
  await ask('inbox', 'read', id);
  expect(JSON.stringify(await ask('inbox'))).not.toContain(id);
  expect(JSON.stringify(await ask('inbox', '--all'))).toContain(id);
  expect(await ask('background', 'apply', id)).toMatchObject({ applied: ['login'], already: [] });
  const file = join(repository.directory, '.claude/commands/login.md');
  expect(await readFile(file, 'utf8')).toContain('A form with two fields.');
  expect(await ask('background', 'apply', id)).toMatchObject({ applied: [], already: ['login'] });
  await ask('inbox', 'dismiss', id);
  expect(JSON.stringify(await ask('inbox', '--all'))).not.toContain(id);
  expect(JSON.stringify(await ask('background', 'list', '--deleted'))).toContain(id);
  await ask('inbox', 'restore', id);
  expect(JSON.stringify(await ask('background', 'list'))).toContain(id);
});

it('an idea is written down, changed and made into a requirement file', async () => {
  const { id } = Object(await ask('idea', 'add', 'Dark mode'));
  expect(await ask('idea', 'edit', id, '--title', 'Night mode')).toMatchObject({ title: 'Night mode' });
  expect(JSON.stringify(await ask('idea', 'list'))).toContain('Night mode');
  const made = Object(await ask('idea', 'requirement', id));
  expect(JSON.stringify(made)).toContain('night-mode');
  expect(await readFile(join(repository.directory, '.claude/commands/night-mode.md'), 'utf8')).toContain('Night mode');
  expect(await ask('idea', 'show', id)).toMatchObject({ status: 'requirement', requirementName: 'night-mode' });
  await ask('idea', 'remove', id);
  const gone = await user.call(['idea', 'show', id], { cwd: repository.directory });
  expect(gone.exit).toBe(4);
});
