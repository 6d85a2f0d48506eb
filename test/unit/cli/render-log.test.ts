import { describe, expect, it } from 'vitest';
import { createLogRenderer, renderLogLine } from '../../../src/cli/render/log.ts';
import { createStyle } from '../../../src/cli/render/style.ts';

const options = { style: createStyle(false), nowMs: Date.parse('2026-11-21T00:00:00Z') };
const render = (event: unknown): string[] => renderLogLine(JSON.stringify(event), options);
const assistant = (...content: unknown[]): unknown => ({ type: 'assistant', message: { content } });

describe('renderLogLine', () => {
  it('shows what the agent said, without control sequences', () => {
    expect(render(assistant({ type: 'text', text: 'one\n\u001B[31mtwo\u001B[0m' }))).toEqual(['one', 'two']);
  });

  it('shows a tool call by the value that says most', () => {
    expect(render(assistant({ type: 'tool_use', name: 'Bash', input: { command: 'npm test\n', timeout: 5 } }))).toEqual(
      ['▸ Bash npm test'],
    );
    expect(render(assistant({ type: 'tool_use', name: 'Todo', input: { items: [1] } }))).toEqual([
      '▸ Todo {"items":[1]}',
    ]);
  });

  it('shortens tool results and says by how much', () => {
    const content = Array.from({ length: 9 }, (_, index) => `line ${index}`).join('\n');
    const lines = render({ type: 'user', message: { content: [{ type: 'tool_result', content }] } });
    expect(lines).toHaveLength(7);
    expect(lines.at(-1)).toBe('  … 3 lines more');
  });

  it('shows tool results made of blocks', () => {
    const content = [{ type: 'text', text: 'a' }, { type: 'image' }];
    expect(render({ type: 'user', message: { content: [{ type: 'tool_result', content }] } })).toEqual([
      '  a',
      '  (not text)',
    ]);
  });

  it('shows the result with its figures, and its text only if it failed', () => {
    const figures = { num_turns: 9, duration_ms: 5235, total_cost_usd: 0.072 };
    expect(render({ type: 'result', subtype: 'success', is_error: false, result: 'all done', ...figures })).toEqual([
      'Done (success; 9 turns, 5 s, $0.07)',
    ]);
    expect(render({ type: 'result', subtype: 'error_max_turns', is_error: true, result: 'why' })).toEqual([
      'Ended with an error (error_max_turns)',
      'why',
    ]);
  });

  it('shows retries and limits, but no allowance', () => {
    const retry = { attempt: 1, max_retries: 10, retry_delay_ms: 624, error_status: 529, error: 'overloaded' };
    expect(render({ type: 'system', subtype: 'api_retry', ...retry })).toEqual([
      'API error 529 overloaded: try 1 of 10 in 0.6 s',
    ]);
    const info = { status: 'rejected', rateLimitType: 'five_hour', resetsAt: 1795224442 };
    expect(render({ type: 'rate_limit_event', rate_limit_info: info })[0]).toMatch(
      /^usage limit rejected five_hour, resets /,
    );
    expect(render({ type: 'rate_limit_event', rate_limit_info: { status: 'allowed' } })).toEqual([]);
  });

  it.each(['plain text', '{"no": "type"}', '{broken', '[1,2]', '', '\u0000garbage'])('shows %j as it is', (line) => {
    expect(renderLogLine(line, options)).toEqual([line.replaceAll('\u0000', '')]);
  });

  it.each([
    { type: 'assistant' },
    { type: 'assistant', message: null },
    { type: 'assistant', message: { content: [null, 1, {}] } },
    { type: 'user', message: { content: 'x' } },
    { type: 'result' },
    { type: 'system' },
    { type: 'rate_limit_event' },
    { type: 'something new' },
  ])('does not stumble over %j', (event) => {
    expect(render(event).every((line) => typeof line === 'string')).toBe(true);
  });
});

describe('createLogRenderer', () => {
  it('gives the same lines however the log is cut', () => {
    const log = `${JSON.stringify(assistant({ type: 'text', text: 'ü 🎉' }))}\nplain\nlast without newline`;
    const whole = createLogRenderer(options);
    const expected = [...whole.push(log), ...whole.end()];
    expect(expected).toEqual(['ü 🎉', 'plain', 'last without newline']);
    const cut = createLogRenderer(options);
    const pieces = Array.from(log).flatMap((character) => cut.push(character));
    expect([...pieces, ...cut.end()]).toEqual(expected);
  });

  it('names a line that is too long to show, and goes on after it', () => {
    const renderer = createLogRenderer(options);
    const lines = [
      ...renderer.push('x'.repeat(1_500_000)),
      ...renderer.push('y'.repeat(10)),
      ...renderer.push('\nnext\n'),
    ];
    expect(lines).toEqual(['(a line of 1500010 characters; see --raw)', 'next']);
    expect(renderer.end()).toEqual([]);
  });
});

describe('colour', () => {
  it('is there only if wanted', () => {
    const call = JSON.stringify(assistant({ type: 'tool_use', name: 'Read', input: { file_path: 'a' } }));
    expect(renderLogLine(call, options)[0]).toBe('▸ Read a');
    expect(renderLogLine(call, { ...options, style: createStyle(true) })[0]).toContain('\u001B[36m');
  });
});
