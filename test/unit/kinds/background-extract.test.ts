import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { extractAnswer } from '../../../src/host/kinds/background/extract.ts';

describe('finding the answer in a text', () => {
  it.each([
    ['the whole text', '{"a": 1}', { a: 1 }],
    ['a fenced block', 'Here it is:\n```json\n{"a": 1}\n```\nBye.', { a: 1 }],
    ['the last of several blocks', '```json\n{"a": 1}\n```\nno, better:\n```\n{"a": 2}\n```', { a: 2 }],
    ['the last block that is an object', '```json\n{"a": 1}\n```\nTry it:\n```\nnpm test\n```', { a: 1 }],
    ['a block with tildes and Windows line ends', '~~~json\r\n{"a": 1}\r\n~~~\r\n', { a: 1 }],
    ['an object between words', 'My answer is {"a": {"b": "}"}} and that is all.', { a: { b: '}' } }],
    ['an object after braces that are none', 'In {name} I found: {"a": "\\"{"}', { a: '"{' }],
    ['a block whose text holds a fence', '````json\n{"a": "```"}\n````', { a: '```' }],
  ])('takes %s', (_name, text, answer) => expect(extractAnswer(text)).toEqual(answer));

  it.each(['', 'Done.', '[1, 2]', '{"a": ', '```json\nnull\n```', '{'.repeat(2000)])('finds none in %j', (text) =>
    expect(extractAnswer(text)).toBeNull(),
  );

  it('gives back every object that was said in a block, whatever is around it', () => {
    const words = fc.string().filter((text) => !/[`~]{3}/.test(text));
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), words, words, (object, before, after) => {
        const value: unknown = JSON.parse(JSON.stringify(object));
        const text = `${before.replaceAll('\r', '')}\n\`\`\`json\n${JSON.stringify(value)}\n\`\`\`\n${after}`;
        expect(extractAnswer(text)).toEqual(value);
      }),
    );
  });

  it('gives back every object that is said without a block between words without braces', () => {
    const words = fc.string().map((text) => text.replaceAll(/[{}`~]/g, ''));
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), words, words, (object, before, after) => {
        const value: unknown = JSON.parse(JSON.stringify(object));
        // A line of three backticks inside a JSON string stands in no line of its own: JSON escapes line feeds.
        expect(extractAnswer(`${before} ${JSON.stringify(value)} ${after}`)).toEqual(value);
      }),
    );
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void extractAnswer(text)));
  });
});
