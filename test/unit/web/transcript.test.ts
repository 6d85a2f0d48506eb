/** Logs as conversations. */
import { describe, expect, it } from 'vitest';
import { toEntries } from '../../../web/src/model/transcript.ts';

const assistant = (content: unknown): string => JSON.stringify({ type: 'assistant', message: { content } });

describe('transcript', () => {
  it('reads messages, calls and results', () => {
    const line = assistant([
      { type: 'text', text: 'I look.' },
      { type: 'tool_use', name: 'Bash', input: { command: 'ls' } },
      { type: 'tool_use', name: 'Other', input: { depth: 2 } },
    ]);
    expect(toEntries(line)).toMatchObject([
      { kind: 'message', text: 'I look.' },
      { kind: 'call', title: 'Bash', text: 'ls' },
      { kind: 'call', title: 'Other', text: '{"depth":2}' },
    ]);
    const result = { type: 'tool_result', is_error: true, content: [{ type: 'text', text: 'no' }, { type: 'image' }] };
    expect(toEntries(JSON.stringify({ type: 'user', message: { content: [result] } }))).toMatchObject([
      { kind: 'result', text: 'no\n', isError: true },
    ]);
    expect(toEntries('{"type":"result","is_error":false,"result":"Done."}')).toMatchObject([
      { kind: 'end', text: 'Done.' },
    ]);
  });

  it.each(['plain words', '{"type":', '{"kind":"other"}', '[1]', '{"type":"later"}'])('shows %s as it is', (line) => {
    expect(toEntries(line)).toEqual([{ kind: 'output', title: null, text: line, isError: false }]);
  });

  it('cuts what is too long for a screen and says so', () => {
    const [entry] = toEntries(assistant([{ type: 'text', text: 'x'.repeat(5000) }]));
    expect(entry?.text).toMatch(/x\n… 1000 more characters$/);
  });

  it('is not upset by parts of other forms', () => {
    for (const content of [null, 3, 'text', [null], [{ type: 'text' }], [{ type: 'tool_use' }], [{}]]) {
      expect(() => toEntries(assistant(content))).not.toThrow();
    }
  });
});
