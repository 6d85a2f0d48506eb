/** The other ways to leave `run`: a batch that needs the user, Ctrl-C with and without a terminal, `--detach`. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { asBatch, showTask, untilBatch } from '../support/batch.ts';
import { makeGate } from '../support/gate.ts';
import { atTerminal } from '../support/terminal.ts';
import { makeUser } from '../support/user.ts';
import type { User } from '../support/user.ts';

const SETTINGS = { 'nightloom.config.json': JSON.stringify({ agent: { name: 'scripted' } }) };
const CTRL_C = '\u0003';
let user: User;

beforeAll(async () => {
  user = await makeUser(inject('temporalAddress'));
  await user.call(['up', '--detach']);
});

afterAll(() => user.leave());

describe('run for people', () => {
  it('without a terminal ends with exit 6 when the batch needs the user, and goes on after resume', async () => {
    const plain = await user.repository({ login: 'auth\nwrite in.txt yes' });
    const ran = await user.call(['run', '--agent', 'scripted', '--name', 'Login'], { cwd: plain.directory });
    expect(ran.exit).toBe(6);
    expect(ran.err).toContain('needs you');
    expect(ran.err).toMatch(/Next: nightloom batch resume b_/);
    expect((await user.call(['batch', 'resume', 'Login'], { cwd: plain.directory })).exit).toBe(0);
    const followed = await user.call(['logs', 'login', '-f'], { cwd: plain.directory });
    expect(followed.exit).toBe(0);
    expect((await showTask(user, 'login', { cwd: plain.directory })).status).toBe('completed');
  });

  it('Ctrl-C stops watching, never the batch', async () => {
    const gate = makeGate(user);
    const plain = await user.repository({ slow: `${gate.line}\nwrite slow.txt yes` });
    const run = user.start(['run', '--agent', 'scripted', '--name', 'Watched'], { cwd: plain.directory });
    await run.says('First task running, you can leave');
    run.child.kill('SIGINT');
    const ran = await run.ended;
    expect(ran.exit).toBe(130);
    expect(ran.err).toContain('Stopped watching; the batch goes on.');
    await gate.open();
    expect((await user.call(['logs', 'slow', '-f'], { cwd: plain.directory })).exit).toBe(0);
    expect((await showTask(user, 'slow', { cwd: plain.directory })).status).toBe('completed');
  });

  it('--detach returns at once and says how to look', async () => {
    const gate = makeGate(user);
    const plain = await user.repository({ later: `${gate.line}\nwrite later.txt yes` });
    const ran = await user.call(['run', 'later', '--agent', 'scripted', '--detach'], { cwd: plain.directory });
    expect(ran.exit).toBe(0);
    expect(ran.out).toMatch(/nightloom batch show b_/);
    expect((await showTask(user, 'later', { cwd: plain.directory })).status).not.toBe('completed');
    await gate.open();
    await user.call(['logs', 'later', '-f'], { cwd: plain.directory });
    expect((await showTask(user, 'later', { cwd: plain.directory })).status).toBe('completed');
  });
});

describe('run at a terminal', () => {
  it('Ctrl-C leaves with exit 130 and the commands to go on; the batch ends by itself', async () => {
    const gate = makeGate(user);
    const { directory } = await user.repository({ slow: `${gate.line}\nwrite a.txt a` }, SETTINGS);
    const terminal = atTerminal(user, ['run', 'slow', '--name', 'Left'], directory);
    await terminal.shows('you can leave');
    terminal.press(CTRL_C);
    const { exit, shown } = await terminal.ended;
    expect(exit).toBe(130);
    expect(shown).toContain('Stopped watching; the batch goes on.');
    await gate.open();
    const { doc } = await user.json(['batch', 'show', 'Left'], { cwd: directory });
    await untilBatch(user, asBatch(doc).id, (batch) => batch.status === 'completed');
    expect((await showTask(user, 'slow', { cwd: directory })).status).toBe('completed');
  });
});
