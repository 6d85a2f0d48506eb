import { describe, expect, it } from 'vitest';
import { batchLines, batchTable, taskLine } from '../../../src/cli/render/batch.ts';
import { holdText, laneText, statusText } from '../../../src/cli/render/hold.ts';
import { lanesLines, manyLines, offloadLines } from '../../../src/cli/render/lanes.ts';
import { reportLines, reportMarkdown } from '../../../src/cli/render/report.ts';
import { createStyle } from '../../../src/cli/render/style.ts';
import { blockLines, eventLines } from '../../../src/cli/watch/progress-text.ts';
import { liveScreen } from '../../../src/cli/watch/screen.ts';
import { needsUser } from '../../../src/cli/watch/watch-batch.ts';
import { batchView, NO_LANE, reportOf, taskView } from './views.ts';

const nowMs = Date.parse('2026-11-20T20:30:00Z');
const options = { style: createStyle(false), nowMs };
const COMMIT = 'abcdef0123456789abcdef0123456789abcdef01';
const done = taskView({ status: 'completed', commit: COMMIT, verified: 'passed', durationMs: 72_000, attempts: 1 });
const failed = taskView({
  id: 't_bbbbbbbbbb',
  name: 'other',
  status: 'failed',
  attempts: 2,
  failure: { code: 'verification_failed', message: 'npm test:\nexit 1', step: 'verify' },
  salvageRef: 'refs/nightloom/salvage/t_bbbbbbbbbb-2',
});

describe('a task', () => {
  it('[P13] is never called verified when nothing verified it', () => {
    const text = taskLine({ ...done, verified: 'none' }, options);
    expect(text).toContain('committed, not verified');
    expect(taskLine(done, options)).toBe('✓ fix-it  abcdef0, verified, 1 min 12 s');
  });

  it('says at which step it failed, on one line', () => {
    expect(taskLine(failed, options)).toBe('✗ other  failed at verify: npm test: exit 1 (attempt 2)');
  });

  it('says until when it waits', () => {
    const waits = [{ kind: 'usage_limit' as const, from: '2026-11-20T20:00:00Z', until: '2026-11-20T21:00:00Z' }];
    expect(taskLine(taskView({ status: 'waiting', waits }), options)).toMatch(
      /waiting until \d\d:00 .*\(usage limit\)$/,
    );
  });

  it('cannot smuggle control sequences in through its name', () => {
    expect(taskLine(taskView({ name: '\u001B]0;x\u0007a\nb' }), options)).toBe('· a b  queued');
  });
});

describe('a batch', () => {
  it('ends with what to type next', () => {
    const next = [{ why: 'Take the work', command: 'git merge nightloom/tonight' }];
    const lines = batchLines(batchView([done, failed], { next }), options);
    expect(lines).toContain('1 completed, 1 failed; cost unknown; started ' + lines[1]?.split('started ')[1]);
    expect(lines.slice(-2)).toEqual(['Take the work:', '  git merge nightloom/tonight']);
  });

  it('is shown as on hold while it is', () => {
    const hold = { reason: 'needs_login' as const, since: '2026-11-20T20:00:00Z', until: null, message: 'log in' };
    expect(holdText(hold, nowMs)).toBe('on hold (needs login): log in');
    expect(batchTable([batchView([], { hold })], options)[1]).toContain('on hold (needs login)');
  });

  it('says why it waits for a lane, and how long an account is held', () => {
    const asked = { ...NO_LANE, status: 'asked' as const, place: 2, of: 3 };
    const full = { ...asked, why: 'lanes_full' as const, message: 'waits for a lane, place 2 of 3' };
    const until = '2026-11-20T21:42:00Z';
    const held = { ...asked, why: 'account_held' as const, reason: 'usage_limit' as const, until, message: 'x' };
    expect(laneText(full, nowMs)).toBe('waits for a lane, place 2 of 3');
    expect(laneText(held, nowMs)).toMatch(/^usage limit of the account, resets \d\d:42 .*, in 1 h 12 min$/);
    expect(laneText(NO_LANE, nowMs)).toBeNull();
    expect(statusText(batchView([], { lane: full }))).toBe('waits for a lane (2 of 3)');
    const hold = { reason: 'usage_limit' as const, since: until, until, message: 'x' };
    const lines = batchLines(batchView([], { lane: held, hold }), options);
    expect(lines.filter((line) => line.includes('limit of the account'))).toHaveLength(1);
    expect(lines.join('\n')).not.toContain('waiting until');
    expect(holdText(hold, nowMs)).toMatch(/^waiting until \d\d:42 .*, in 1 h 12 min \(usage limit\): x$/);
  });

  it.each([
    ['paused', null, true],
    ['running', 'needs_login', true],
    ['running', 'environment', true],
    ['running', 'budget', true],
    ['running', 'usage_limit', false],
    ['running', 'host_offline', false],
    ['running', null, false],
  ] as const)('%s with hold %s needs the user: %s', (status, reason, expected) => {
    const hold = reason === null ? null : { reason, since: '', until: null, message: '' };
    expect(needsUser({ status, hold })).toBe(expected);
  });
});

describe('lanes, offload, all at once', () => {
  it('say who works, who waits and which account holds', () => {
    const lanes = {
      host: 'h',
      limit: 1,
      holders: [{ batchId: 'b_aaaaaaaaaa', name: 'One', since: '2026-11-20T20:00:00Z' }],
      queue: [
        { batchId: 'b_bbbbbbbbbb', name: 'Two', place: 1, why: 'lanes_full' as const, message: 'waits, place 1 of 1' },
      ],
      background: {
        limit: 3,
        working: [{ taskId: 't_cccccccccc', name: 'npm test', since: '2026-11-20T20:00:00Z' }],
        waiting: [],
      },
      accounts: [
        { account: 'claude', reason: 'usage_limit' as const, until: '2026-11-20T21:00:00Z', message: '', probe: null },
      ],
    };
    const [head, works, waits, holds, alone] = lanesLines(lanes, options);
    expect(head).toBe('1 of 1 lane in use, 1 batch waiting');
    expect(works).toMatch(/^▸ {2}One {2}b_aaaaaaaaaa {2}works since /);
    expect(waits).toBe('1  Two  b_bbbbbbbbbb  waits, place 1 of 1');
    expect(holds).toMatch(/^Account claude: usage limit, until .*, in 30 min$/);
    expect(alone).toBe('1 of 3 places of tasks by themselves in use, 0 waiting');
  });

  it('name every task and batch, with the reason of each refusal', () => {
    const task = { taskId: 't_aaaaaaaaaa', batchId: 'b_aaaaaaaaaa' };
    const lines = offloadLines(
      {
        source: 'b_aaaaaaaaaa',
        target: { id: 'b_bbbbbbbbbb', name: 'Rest', created: true, reopened: false },
        tasks: [
          { ...task, name: 'a', result: 'moved', reason: null },
          { ...task, name: 'b', result: 'stayed', reason: 'it is failed' },
          { ...task, name: 'c', result: 'pending', reason: 'on its way' },
        ],
      },
      options,
    );
    expect(lines.slice(0, 3)).toEqual(['✓ a  moved to Rest', '✗ b  stayed: it is failed', '… c  pending: on its way']);
    expect(lines).toContain('Start it: nightloom batch start b_bbbbbbbbbb');
    const batch = { batchId: 'b_aaaaaaaaaa', name: 'One' };
    const error = { code: 'batch_closing', message: 'It is closing.' };
    expect(manyLines({ items: [{ ...batch, answer: null, error }] }, 'none', options)).toEqual([
      '✗ One (b_aaaaaaaaaa): It is closing.',
    ]);
    expect(manyLines({ items: [] }, 'none', options)).toEqual(['none']);
  });
});

describe('the report', () => {
  it('answers in order: what needs you, what landed, what failed, what waited, what next', () => {
    const waits = [{ kind: 'usage_limit' as const, from: '2026-11-20T20:00:00Z', until: '2026-11-20T20:00:30Z' }];
    const batch = batchView([{ ...done, waits, deniedTools: ['Bash(rm)', 'Bash(rm)'] }, failed], {
      status: 'completed',
      next: [{ why: 'See the work', command: 'git log main..nightloom/tonight' }],
    });
    const report = reportOf([batch], { needsYou: [{ why: 'Look', command: 'nightloom task show t_bbbbbbbbbb' }] });
    const text = reportLines(report, options).join('\n');
    const order = ['1 completed, 1 failed', '1 commit;', 'Needs you', 'Landed', 'Failed', 'Waited', 'Denied', 'Next'];
    const places = order.map((word) => text.indexOf(word));
    expect(places).toEqual(places.toSorted((left, right) => left - right));
    expect(Math.min(...places)).toBeGreaterThanOrEqual(0);
    expect(text).toContain('at verify (verification_failed): npm test: exit 1; work kept: refs/nightloom/salvage/');
    expect(text).toContain('(30 s)');
    expect(text.match(/Bash\(rm\)/g)).toHaveLength(1);
  });

  it('fits twenty tasks on one screen of 40 lines', () => {
    const tasks = Array.from({ length: 20 }, (_, index) => ({ ...done, id: `t_${index}`, name: `task-${index}` }));
    expect(reportLines(reportOf([batchView(tasks, { status: 'completed' })]), options).length).toBeLessThan(40);
  });

  it('says so when nothing ran', () => {
    expect(reportLines(reportOf([]), options)).toEqual(['Nothing ran.']);
  });

  it('is a Markdown table that names cannot break', () => {
    const markdown = reportMarkdown(reportOf([batchView([{ ...done, name: 'a|b <img> [x](y)' }])]), nowMs);
    expect(markdown).toContain(String.raw`| a\|b &lt;img> \[x](y) | completed | ${'`abcdef0`'} | verified |`);
  });
});

describe('watching', () => {
  const event = { seq: 1, id: 'e', at: '2026-11-20T20:10:00Z', batch: 'b_aaaaaaaaaa', task: done.id };

  it('prints one line per event', () => {
    const batch = batchView([done, failed]);
    const lines = eventLines({ ...event, type: 'task.started', data: { name: 'fix-it' } }, batch, options);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^\d\d:10:00 \S+ ▸ fix-it  started \(1 of 2\)$/);
  });

  it('names a task that the view does not know yet', () => {
    const [line] = eventLines({ ...event, type: 'task.completed', data: { name: 'new' } }, batchView([]), options);
    expect(line).toContain('new completed');
  });

  it('keeps every line of the block within the terminal', () => {
    const running = taskView({
      name: 'n'.repeat(200),
      status: 'running',
      step: 'agent',
      startedAt: '2026-11-20T20:29:00Z',
    });
    const progress = {
      phase: 'tool' as const,
      step: 'agent',
      turns: 3,
      lastTool: 'Bash',
      tokens: 1,
      costUsd: 0.5,
      logBytes: 1,
      lastOutputAt: null,
      updatedAt: '2026-11-20T20:29:00Z',
    };
    const lines = blockLines(batchView([running]), progress, { ...options, columns: 60 });
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(60);
  });

  it('redraws the block in place and leaves finished lines above it', () => {
    const written: string[] = [];
    const screen = liveScreen((text) => void written.push(text));
    screen.block(['a', 'b']);
    screen.block(['a', 'b']);
    screen.lines(['done']);
    screen.close();
    expect(written).toEqual(['\r\u001B[Ja\nb\n', '\r\u001B[2A\u001B[Jdone\na\nb\n', '\r\u001B[2A\u001B[J']);
  });
});
