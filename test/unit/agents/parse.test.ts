import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { claude } from '../../../src/host/agents/claude.ts';
import { printable } from '../../../src/host/agents/printable.ts';
import { renderEvent, renderLine } from '../../../src/host/agents/render.ts';
import { recordedLine, recordedRun } from './recorded.ts';

const CONTROL = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u;

describe('reading a run', () => {
  it('tells what the agent does while it does it', () => {
    const parser = claude.parser();
    expect(parser.progress()).toEqual({ phase: 'starting', turns: 0, lastTool: null, tokens: null, costUsd: null });
    const phases = recordedRun('edit').lines.map((line) => {
      parser.push(line);
      return parser.progress().phase;
    });
    expect(phases).toEqual(['thinking', 'tool', 'thinking', 'tool', 'thinking', 'thinking', 'finishing']);
    expect(parser.progress()).toMatchObject({ turns: 3, lastTool: 'Bash', tokens: 3600 });
  });

  it('counts tokens and turns before there is a result, once per message', () => {
    const parser = claude.parser();
    const line = recordedLine('assistant/');
    parser.push(line);
    parser.push(line);
    expect(parser.progress()).toMatchObject({ turns: 1, tokens: 1001, costUsd: null });
  });

  it('is final after a result, until the agent goes on', () => {
    const parser = claude.parser();
    for (const line of recordedRun('text').lines) parser.push(line);
    expect(parser.isFinal()).toBe(true);
    parser.push(recordedLine('system/init'));
    expect(parser.isFinal()).toBe(false);
    parser.push(recordedLine('result/success/false/completed'));
    parser.push(recordedLine('system/informational'));
    expect(parser.isFinal()).toBe(true);
  });

  it('shows a retry', () => {
    const parser = claude.parser();
    expect(parser.push(recordedLine('system/api_retry'))).toEqual([
      { type: 'retry', attempt: 1, delayMs: 624, reason: 'authentication_failed 401' },
    ]);
    expect(parser.progress().phase).toBe('retrying');
  });

  it('gives the same state when it is fed again after a restart', () => {
    const { lines } = recordedRun('max-turns');
    const [first, second] = [claude.parser(), claude.parser()];
    for (const line of lines) first.push(line);
    for (const line of lines) second.push(line);
    expect(second.progress()).toEqual(first.progress());
  });

  it('survives anything', () => {
    const key = fc.constantFrom(
      'type',
      'subtype',
      'message',
      'content',
      'rate_limit_info',
      'unifiedWindows',
      'usage',
      'permission_denials',
      'is_error',
      'name',
      'input',
      'x',
    );
    const kind = fc.constantFrom(
      'system',
      'assistant',
      'user',
      'result',
      'rate_limit_event',
      'init',
      'api_retry',
      'tool_use',
      'text',
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        kind,
        fc.jsonValue(),
        fc.array(tie('value')),
        fc.dictionary(key, tie('value')),
      ),
    }));
    const exit = { code: 1, signal: null, timedOut: false, terminated: false, lost: false, stalled: false };
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.string(),
            value.map((some) => JSON.stringify(some) ?? ''),
          ),
        ),
        (lines) => {
          const parser = claude.parser();
          for (const line of lines) expect(renderLine(parser, line).join('')).not.toMatch(CONTROL);
          claude.outcome({ parser, exit, stderrTail: '', stdoutTail: '', startedAtMs: 0, endedAtMs: 1 });
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('readable logs', () => {
  it('are one line per event', () => {
    const parser = claude.parser();
    const text = recordedRun('edit').lines.flatMap((line) => renderLine(parser, line));
    expect(text[0]).toMatch(/^start: session [\w-]{36}, model \S+$/);
    expect(text.slice(1)).toEqual([
      expect.stringMatching(/^> Write: .*a\.txt$/),
      expect.stringMatching(/^< ok: File created/),
      '> Bash: echo hi',
      '< ok: hi',
      'All done.',
      'end (ok): All done.',
    ]);
  });

  it('name limits and denials', () => {
    const limited = claude.parser();
    expect(recordedRun('usage-limit').lines.flatMap((line) => renderLine(limited, line))).toContain(
      'limit: five_hour rejected, resets 2026-11-21T22:26:40.000Z',
    );
    const denied = claude.parser();
    expect(recordedRun('denied').lines.flatMap((line) => renderLine(denied, line))).toContain(
      'note: denied: Bash(node -e 1)',
    );
  });

  it('cannot move the cursor, colour the terminal or turn text around', () => {
    const text = '\u001b[31mred\u001b[0m \u001b]0;title\u0007a\u0000b\r\nc \u202egnp.exe';
    expect(renderEvent({ type: 'text', text })).toBe('red a b c gnp.exe');
  });

  it('are cut without tearing a character', () => {
    expect(printable('x'.repeat(20), 10)).toBe(`${'x'.repeat(9)}…`);
    expect(printable('😀'.repeat(10), 10).isWellFormed()).toBe(true);
  });
});
