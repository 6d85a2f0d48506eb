import { describe, expect, it } from 'vitest';
import { parseDuration } from '../../../src/contracts/duration.ts';
import {
  bytesText,
  costText,
  durationText,
  lastEveningMs,
  momentText,
  parseSince,
} from '../../../src/cli/render/time.ts';

describe('durationText', () => {
  it.each([
    [0, '0.0 s'],
    [420, '0.4 s'],
    [45_000, '45 s'],
    [59_700, '1 min'],
    [200_000, '3 min 20 s'],
    [3_599_800, '1 h'],
    [72 * 60_000, '1 h 12 min'],
    [51 * 3_600_000, '2 d 3 h'],
    [-5, '0.0 s'],
  ])('%d ms is %s', (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });
});

describe('momentText', () => {
  const nowMs = Date.parse('2026-11-21T22:00:00Z');

  it('names the zone, and the day only if it is another one', () => {
    expect(momentText('2026-11-21T21:00:00Z', { nowMs, timeZone: 'UTC' })).toBe('21:00 UTC');
    expect(momentText('2026-11-22T02:00:00Z', { nowMs, timeZone: 'UTC' })).toBe('Sun 22 Nov 02:00 UTC');
  });

  it('uses the zone of the reader', () => {
    expect(momentText('2026-11-21T21:30:00Z', { nowMs, timeZone: 'Asia/Kolkata' })).toMatch(/^03:00 (GMT\+5:30|IST)$/);
  });

  it('shows what is no time as it is', () => {
    expect(momentText('soon', { nowMs })).toBe('soon');
  });
});

describe('money and bytes', () => {
  it('never shows an unknown cost as zero', () => {
    expect(costText(null)).toBe('cost unknown');
    expect(costText(0)).toBe('$0.00');
    expect(costText(0.004)).toBe('$0.004');
    expect(costText(1.2)).toBe('$1.20');
  });

  it('shortens bytes', () => {
    expect([12, 3400, 1_200_000, 5_000_000_000].map(bytesText)).toEqual(['12 B', '3.4 kB', '1.2 MB', '5.0 GB']);
  });
});

describe('the night', () => {
  it('begins at the last 18:00 of the local clock', () => {
    expect(new Date(lastEveningMs(new Date(2026, 10, 21, 8, 0).getTime()))).toEqual(new Date(2026, 10, 20, 18, 0));
    expect(new Date(lastEveningMs(new Date(2026, 10, 21, 18, 0).getTime()))).toEqual(new Date(2026, 10, 21, 18, 0));
  });

  it('reads --since in every documented form', () => {
    const nowMs = new Date(2026, 10, 21, 8, 0).getTime();
    const since = (text: string): string | null => parseSince(text, nowMs, parseDuration);
    expect(since('12h')).toBe(new Date(nowMs - 12 * 3_600_000).toISOString());
    expect(since('22:00')).toBe(new Date(2026, 10, 20, 22, 0).toISOString());
    expect(since('2026-11-20')).toBe(new Date(2026, 10, 20).toISOString());
    expect(since('2026-11-20 21:30')).toBe(new Date(2026, 10, 20, 21, 30).toISOString());
    expect(since('2026-11-20T21:30:00Z')).toBe('2026-11-20T21:30:00.000Z');
    for (const wrong of ['yesterday', '25:00', '', '2026-13-45']) expect(since(wrong)).toBeNull();
  });
});
