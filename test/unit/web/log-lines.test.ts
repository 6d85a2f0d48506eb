/** Logs cut into lines: places in bytes, whatever comes in whatever pieces. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { heldFromEnd, heldFromStart } from '../../../web/src/data/log-held.ts';
import { closeRest, cutLines, withoutFirstLine } from '../../../web/src/data/log-lines.ts';
import type { LogLine, Rest } from '../../../web/src/data/log-lines.ts';

function cutAll(pieces: readonly string[]): LogLine[] {
  let rest: Rest = { offset: 0, text: '' };
  const lines: LogLine[] = [];
  for (const piece of pieces) {
    const cut = cutLines(rest, piece);
    lines.push(...cut.lines);
    ({ rest } = cut);
  }
  return [...lines, ...closeRest(rest)];
}

describe('lines', () => {
  it('are the same in whatever pieces the text comes, and lie where their bytes lie', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'ü', '😀', '\n', ' '), maxLength: 200 });
    fc.assert(
      fc.property(text, fc.array(fc.nat(200), { maxLength: 5 }), (whole, cuts) => {
        // Between characters: the stream never splits one.
        const characters = Array.from(whole);
        const places = [0, ...cuts.map((cut) => Math.min(cut, characters.length)).toSorted((a, b) => a - b)];
        const pieces = places.map((from, at) => characters.slice(from, places[at + 1]).join(''));
        const lines = cutAll(pieces);
        expect(lines).toEqual(cutAll([whole]));
        const bytes = Buffer.from(whole);
        for (const { offset, end, text: line } of lines) {
          expect(bytes.subarray(offset, end).toString().replace(/\n$/, '')).toBe(line);
        }
      }),
    );
  });

  it('are cut when they are too long to be drawn, and no character is', () => {
    const lines = cutAll([`x${'😀'.repeat(40_000)}\nshort\n`]);
    expect(lines.length).toBeGreaterThan(2);
    expect(lines.map(({ text }) => text).join('')).toBe(`x${'😀'.repeat(40_000)}short`);
    expect(lines.at(-1)).toMatchObject({ text: 'short', offset: 160_002 });
    for (const { text } of lines) expect(text.isWellFormed()).toBe(true);
  });

  it('begin behind the first line feed of a piece from the middle', () => {
    expect(withoutFirstLine({ offset: 100, text: 'ende ü\nnext\n' })).toEqual({ offset: 108, text: 'next\n' });
    expect(withoutFirstLine({ offset: 100, text: 'no end' })).toEqual({ offset: 100, text: 'no end' });
  });
});

describe('what is held', () => {
  const many = (from: number, count: number): LogLine[] =>
    Array.from({ length: count }, (_, at) => ({ offset: from + at, end: from + at + 1, text: 'x' }));

  it('stays small, whichever way one reads', () => {
    const down = heldFromEnd(many(0, 15_000), many(15_000, 15_000), 0);
    expect(down.lines.length).toBeLessThanOrEqual(20_000);
    expect(down.lines.at(-1)?.offset).toBe(29_999);
    expect(down.start).toBe(down.lines[0]?.offset);
    const up = heldFromStart(many(0, 15_000), many(15_000, 15_000));
    expect(up.length).toBeLessThanOrEqual(20_000);
    expect(up[0]?.offset).toBe(0);
    const huge = { offset: 0, end: 9_000_000, text: 'y'.repeat(9_000_000) };
    expect(heldFromEnd([], [huge], 0).lines).toEqual([huge]);
  });
});
