/** `run` at a terminal: it asks and shows live progress. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { makeGate } from './support/gate.ts';
import { atTerminal } from './support/terminal.ts';
import { makeUser } from './support/user.ts';
import type { User } from './support/user.ts';

const SETTINGS = { 'nightloom.config.json': JSON.stringify({ agent: { name: 'scripted' } }) };
/** A question hides the cursor while it waits for keys. */
const QUESTION = '\u001B[?25l';
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
});
