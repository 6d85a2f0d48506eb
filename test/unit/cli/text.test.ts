import { describe, expect, it } from 'vitest';
import { clip, columns, counted, oneLine, pad, shellWord, stripControls } from '../../../src/cli/render/text.ts';

const ESC = '\u001B';

describe('stripControls', () => {
  it.each([
    ['colours', `${ESC}[31mred${ESC}[0m`, 'red'],
    ['cursor movement and erasing', `a${ESC}[2J${ESC}[1;1Hb${ESC}[?25l`, 'ab'],
    ['a window title ended by BEL', `${ESC}]0;evil\u0007text`, 'text'],
    ['a clipboard write ended by ST', `${ESC}]52;c;ZXZpbA==${ESC}\\text`, 'text'],
    ['an unterminated title', `text${ESC}]0;evil`, 'text'],
    ['a device control string', `${ESC}P1$r0m${ESC}\\x`, 'x'],
    ['eight-bit sequences', 'a\u009B31mb\u009D0;t\u0007c', 'abc'],
    ['a lone escape at the end', `x${ESC}`, 'x'],
    ['NUL, bell and backspace', 'a\u0000b\u0007c\u0008', 'abc'],
    ['bidirectional overrides', 'a\u202Eb\u2066c', 'abc'],
  ])('takes out %s', (_, dirty, clean) => {
    expect(stripControls(dirty)).toBe(clean);
  });

  it('keeps tabs, newlines and every script', () => {
    expect(stripControls('a\tb\nc ü 漢 🎉')).toBe('a\tb\nc ü 漢 🎉');
  });

  it('shows each state of a carriage-return progress bar on a line of its own', () => {
    expect(stripControls('10%\r20%\r\ndone\r')).toBe('10%\n20%\ndone');
  });
});

describe('short text', () => {
  it('cuts without halving a character', () => {
    expect(clip('🎉🎉🎉', 2)).toBe('🎉…');
    expect(clip('abc', 3)).toBe('abc');
  });

  it('makes one line of several', () => {
    expect(oneLine(' a\n\n b\tc ')).toBe('a b c');
  });

  it('pads and aligns columns, without trailing blanks', () => {
    expect(pad('ä', 3)).toBe('ä  ');
    expect(
      columns([
        ['a', 'bb', 'x'],
        ['ccc', 'd', ''],
      ]),
    ).toEqual(['a    bb  x', 'ccc  d']);
  });

  it('counts', () => {
    expect(counted(1, 'task')).toBe('1 task');
    expect(counted(0, 'batch', 'batches')).toBe('0 batches');
  });

  it('quotes words for a shell only where needed', () => {
    expect(shellWord('/a/b-c.md')).toBe('/a/b-c.md');
    expect(shellWord("it's")).toBe(String.raw`'it'\''s'`);
    expect(shellWord('-rf')).toBe("'-rf'");
    expect(shellWord('')).toBe("''");
  });
});
