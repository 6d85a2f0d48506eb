/** Output of agents on its way to the page: everything that acts is gone, everything that is said is there. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanLine, toSpans } from '../../../web/src/model/terminal.ts';

const ESC = '\u001b';

describe('terminal text', () => {
  it.each([
    ['a title', `${ESC}]0;owned\u0007text`, 'text'],
    ['a link', `${ESC}]8;;https://evil.example${ESC}\\text${ESC}]8;;${ESC}\\`, 'text'],
    ['the clipboard', `${ESC}]52;c;ZXZpbA==\u0007text`, 'text'],
    ['an unfinished title', `text${ESC}]0;owned`, 'text'],
    ['cursor and screen', `${ESC}[2J${ESC}[1;1Htext${ESC}[K`, 'text'],
    ['a device string', `${ESC}P1$qm${ESC}\\text`, 'text'],
    ['a reset', `${ESC}ctext`, 'text'],
    ['control characters', 'te\u0008\u0000xt\u009b', 'text'],
    ['a progress line', '10 %\r50 %\rtext', 'text'],
    ['a line end of Windows', 'text\r', 'text'],
    ['reversed text', '\u202etxet', '\ufffdtxet'],
  ])('drops %s', (_, line, expected) => {
    expect(cleanLine(line)).toBe(expected);
    expect(toSpans(line)).toEqual([{ text: expected, className: '' }]);
  });

  it('keeps colours and weights as class names', () => {
    const spans = toSpans(`plain ${ESC}[1;31mred${ESC}[0m ${ESC}[42mground${ESC}[m`);
    expect(spans.map(({ text }) => text).join('')).toBe('plain red ground');
    expect(spans.find(({ text }) => text === 'red')?.className).toBe('ansi-red bold');
    expect(spans.find(({ text }) => text === 'ground')?.className).toBe('bg-ansi-green');
  });

  it('never lets an escape or a class of another form through', () => {
    const part = fc.constantFrom(
      ESC,
      '[',
      ']',
      'm',
      ';',
      '38',
      '5',
      '2',
      '31',
      '\u0007',
      '\\',
      'x',
      '"',
      '<',
      ' ',
      '\r',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 30 }), (parts) => {
        for (const { text, className } of toSpans(parts.join(''))) {
          expect(text).not.toMatch(/[\p{Cc}]/u);
          expect(className).toMatch(/^[a-z0-9 -]*$/);
        }
      }),
    );
  });
});
