import { describe, expect, it } from 'vitest';
import type { RequirementView } from '../../../src/contracts/views.ts';
import {
  isDefault,
  isFree,
  isTaken,
  nameOfTitle,
  requirementState,
  titleOfText,
} from '../../../web/src/model/requirements.ts';
import { compareTexts } from '../../../web/src/model/text-diff.ts';

const ITEM: RequirementView = {
  name: 'fix-login',
  title: 'Fix the login',
  bytes: 10,
  sha256: 'a'.repeat(64),
  gitState: 'tracked',
  slashCommandReason: null,
  problem: null,
  status: 'idle',
  taskId: null,
  batchId: null,
  undelivered: null,
};

describe('the state of a requirement', () => {
  it.each([
    [{}, 'pending', true, true, false],
    [{ status: 'idle', batchId: 'b', taskId: 't' }, 'taken', false, false, true],
    [{ status: 'queued', batchId: 'b', taskId: 't' }, 'taken', false, false, true],
    [{ status: 'waiting', batchId: 'b', taskId: 't' }, 'running', false, false, true],
    [{ status: 'failed', batchId: 'b', taskId: 't' }, 'failed', true, true, false],
    [{ undelivered: 'nightloom/x', status: 'completed' }, 'completed', false, false, false],
    [{ slashCommandReason: 'it has front matter' }, 'other', true, false, false],
    [{ problem: 'It is empty.' }, 'other', false, false, false],
  ] as const)('%j is %s', (difference, group, free, byDefault, taken) => {
    const item = { ...ITEM, ...difference };
    expect(requirementState(item).group).toBe(group);
    expect([isFree(item), isDefault(item), isTaken(item)]).toEqual([free, byDefault, taken]);
  });
});

describe('the name of a new file', () => {
  it.each([
    ['Ship the *blue* door', 'ship-the-blue-door'],
    ['  Größe: 10 % mehr ', 'gro-e-10-mehr'],
    ['../../etc/passwd', 'etc-passwd'],
    ['漢字', ''],
    ['x'.repeat(100), 'x'.repeat(60)],
  ])('%j -> %j', (title, name) => {
    expect(nameOfTitle(title)).toBe(name);
  });

  it('is made of the first heading, or of the first line', () => {
    expect(titleOfText('intro\n\n## Heading\n')).toBe('Heading');
    expect(titleOfText('\n only text\nmore')).toBe('only text');
    expect(titleOfText('# ')).toBe('');
    expect(titleOfText('')).toBe('');
  });
});

describe('two texts', () => {
  const plain = (before: string, after: string): string[] =>
    compareTexts(before, after).map((row) => `${row.before?.text ?? '·'} | ${row.after?.text ?? '·'}`);

  it('stand side by side with equal lines in one row', () => {
    expect(plain('a\nb\nc\nd', 'a\nx\nc\ny\nd')).toEqual(['a | a', 'b | x', 'c | c', '· | y', 'd | d']);
    expect(plain('same', 'same')).toEqual(['same | same']);
    expect(plain('', 'new')).toEqual([' | new']);
  });

  it('keep all lines, in their order, with their numbers', () => {
    const before = Array.from({ length: 300 }, (_, at) => `line ${(at * 7) % 40}`);
    const after = before.filter((_, at) => at % 5 !== 0).concat(['end']);
    const rows = compareTexts(before.join('\n'), after.join('\n'));
    const sides = [rows.flatMap((row) => row.before ?? []), rows.flatMap((row) => row.after ?? [])] as const;
    expect(sides[0].map(({ text }) => text)).toEqual(before);
    expect(sides[1].map(({ text }) => text)).toEqual(after);
    expect(sides[0].map((line) => line.before)).toEqual(before.map((_, at) => at + 1));
    expect(sides[1].map((line) => line.after)).toEqual(after.map((_, at) => at + 1));
    expect(rows.filter((row) => row.before?.kind === 'same').length).toBeGreaterThan(200);
  });

  it('that are long and differ everywhere are not compared, and nothing is lost', () => {
    const [before, after] = [2500, 2600].map((length) => Array.from({ length }, (_, at) => `${length} ${at}`));
    const rows = compareTexts((before ?? []).join('\n'), (after ?? []).join('\n'));
    expect(rows).toHaveLength(2600);
  });
});
