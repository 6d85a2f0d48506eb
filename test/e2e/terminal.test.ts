/** `run` at a terminal: it asks, shows live progress, and Ctrl-C only stops watching. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { asBatch, showTask, untilBatch } from './support/batch.ts';
import { makeGate } from './support/gate.ts';
import { atTerminal } from './support/terminal.ts';
import { makeUser } from './support/user.ts';
import type { User } from './support/user.ts';

const SETTINGS = { 'nightloom.config.json': JSON.stringify({ agent: { name: 'scripted' } }) };
/** A question hides the cursor while it waits for keys. */
const QUESTION = '\u001B[?25l';
const CTRL_C = '\u0003';
let user: User;

beforeAll(async () => {
  user = await makeUser(inject('temporalAddress'));
  await user.call(['up', '--detach']);
});

afterAll(() => user.leave());

describe('run at a terminal', () => {
  it('shows the list and asks; with no nothing is started', async () => {
    const { directory } = await user.repository({ first: 'write a.txt a', second: 'write b.txt b' }, SETTINGS);
    const terminal = atTerminal(user, ['run'], directory);
    await terminal.shows(QUESTION);
    terminal.press('n');
    const { exit, shown } = await terminal.ended;
    expect(exit).toBe(130);
    expect(shown).toContain('To run (2):');
    expect(shown).toContain('Nothing was started.');
    expect((await user.json(['batch', 'list', '--project', directory])).doc).toEqual([]);
  });

  it('with yes shows what runs, redrawn in place, and ends with the report', async () => {
    const gate = makeGate(user);
    const { directory } = await user.repository({ first: `${gate.line}\nwrite a.txt a` }, SETTINGS);
    const terminal = atTerminal(user, ['run'], directory);
    await terminal.shows(QUESTION);
    terminal.press('y');
    await terminal.shows('1 running of 1');
    await gate.open();
    const { exit, shown } = await terminal.ended;
    expect(exit).toBe(0);
    expect(shown).toContain('Ctrl-C stops watching, not the batch.');
    expect(shown).toContain('1 completed');
    expect(shown).toContain('\u001B[');
  });

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
