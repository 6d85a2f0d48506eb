import { describe, expect, it } from 'vitest';
import {
  isKnownLimitText,
  isThrottleText,
  limitFromInfo,
  looksLikeLimit,
  resetFromText,
} from '../../../src/host/agents/claude-limits.ts';

const WRITTEN = Date.parse('2026-11-21T12:00:00Z');
const at = (text: string, zone = 'UTC', written = WRITTEN): string | null => {
  const resetAtMs = resetFromText(text, written, zone);
  return resetAtMs === null ? null : new Date(resetAtMs).toISOString().replace(':00.000Z', 'Z');
};

describe('reset in a text', () => {
  it.each([
    ["You've hit your 5-hour limit · resets 1:27am (UTC)", '2026-11-22T01:27Z'],
    ["You've hit your 5-hour limit · resets 1:27pm (UTC)", '2026-11-21T13:27Z'],
    ['You’ve hit your session limit · resets 8pm (America/New_York)', '2026-11-22T01:00Z'],
    ["You've hit your weekly limit · resets Nov 23, 8am (UTC)", '2026-11-23T08:00Z'],
    ["You've hit your Opus limit · resets Nov 22, 2:15am (UTC)", '2026-11-22T02:15Z'],
    ["You've hit your limit ∙ resets Mar 21 at 10am (Europe/Berlin)", '2027-03-21T09:00Z'],
    ["You've hit your limit • resets Jan 2, 12am (Asia/Tokyo)", '2027-01-01T15:00Z'],
    ["You're out of usage credits · resets December 1st, 2026, 9:30 PM (UTC)", '2026-12-01T21:30Z'],
    ['5-hour limit reached ∙ resets 3am', '2026-11-22T03:00Z'],
    ['out of extra usage — resets 9pm', '2026-11-21T21:00Z'],
    ["You've hit your limit · resets 22:45 (UTC)", '2026-11-21T22:45Z'],
    ["You've hit your limit · resets 12am (UTC)", '2026-11-22T00:00Z'],
    ["You've hit your limit · resets 12pm (UTC)", '2026-11-21T12:00Z'],
    ["You've hit your limit · resets tomorrow at 3am (UTC)", '2026-11-22T03:00Z'],
    ["You've hit your weekly limit · resets Monday 9am (UTC)", '2026-11-23T09:00Z'],
    ["You've hit your weekly limit · resets Sat 9am (UTC)", '2026-11-28T09:00Z'],
    ["You've hit your limit · resets in 2h 30m", '2026-11-21T14:30Z'],
    ["You've hit your limit · resets in 3 hours", '2026-11-21T15:00Z'],
    ["You've hit your limit · resets 2026-11-24T06:00:00Z", '2026-11-24T06:00Z'],
    ['Claude AI usage limit reached|1795300000', '2026-11-21T22:26:40.000Z'],
    ['Claude AI usage limit reached|1795300000000', '2026-11-21T22:26:40.000Z'],
    ["You've hit your limit · it resets at 7pm (Asia/Kolkata)", '2026-11-21T13:30Z'],
  ])('%s', (text, expected) => {
    expect(at(text)).toBe(expected);
  });

  it.each([
    "You've hit your limit",
    "You've hit your limit · resets soon",
    "You've hit your limit · resets 25:00 (UTC)",
    "You've hit your limit · resets 13pm",
    "You've hit your limit · resets 8pm (Middle/Earth)",
    'Claude AI usage limit reached|9999999999999',
  ])('no time in: %s', (text) => {
    expect(at(text)).toBeNull();
  });

  it('takes a time that passed a moment ago for now, an earlier one for tomorrow', () => {
    expect(at('· resets 11:58am (UTC)')).toBe('2026-11-21T11:58Z');
    expect(at('· resets 11:50am (UTC)')).toBe('2026-11-22T11:50Z');
  });

  it('uses the zone of the machine when the text names none', () => {
    expect(at('limit reached ∙ resets 3pm', 'America/Los_Angeles')).toBe('2026-11-21T23:00Z');
  });

  it('follows changes of the clock', () => {
    const beforeFallBack = Date.parse('2026-10-31T20:00:00Z');
    expect(at('· resets 8am (America/New_York)', 'UTC', beforeFallBack)).toBe('2026-11-01T13:00Z');
    const beforeSpringForward = Date.parse('2026-03-28T20:00:00Z');
    expect(at('· resets 8am (Europe/Berlin)', 'UTC', beforeSpringForward)).toBe('2026-03-29T06:00Z');
    // 2:30 does not exist on that day: any moment next to the gap will do.
    expect(at('· resets 2:30am (Europe/Berlin)', 'UTC', beforeSpringForward)).toMatch(/^2026-03-29T0[01]:30Z$/);
  });
});

describe('reset in an event', () => {
  it('is the latest of all exhausted windows', () => {
    const unifiedWindows = {
      five_hour: { utilization: 0.4, resetsAt: 9_000_000_000, status: 'allowed' },
      seven_day: { utilization: 1, resetsAt: 1_795_400_000, status: 'allowed' },
      seven_day_opus: { utilization: 0.9, resetsAt: 1_795_500_000, status: 'rejected' },
    };
    expect(limitFromInfo({ rateLimitType: 'five_hour', resetsAt: 1_795_300_000, unifiedWindows })).toEqual({
      window: 'seven_day_opus',
      resetAtMs: 1_795_500_000_000,
    });
  });

  it('is unknown without one', () => {
    expect(limitFromInfo(null)).toEqual({ window: null, resetAtMs: null });
    expect(limitFromInfo({ resetsAt: 0 })).toEqual({ window: null, resetAtMs: null });
  });
});

describe('wordings', () => {
  it.each([
    "You've hit your 5-hour limit · resets 1am",
    'You’ve hit your limit',
    "You're out of usage credits · resets 9pm",
    '5-hour limit reached ∙ resets 3pm',
    "You're out of extra usage · resets 9pm",
    'Claude AI usage limit reached|1795300000',
  ])('known: %s', (text) => expect(isKnownLimitText(text)).toBe(true));

  it.each([
    'monthly spend limit exceeded',
    'individual spend limit: ask your admin',
    'You have exhausted your weekly Fable limit',
    'quota exceeded',
  ])('sounds like one: %s', (text) => {
    expect(isKnownLimitText(text)).toBe(false);
    expect(looksLikeLimit(text)).toBe(true);
  });

  it.each([
    'API Error: 500 Internal server error',
    'Request too large (max 32MB)',
    'Rate limit reached',
    'Prompt is too long',
    'exceeded the 128000 output token maximum',
    'There is no limit',
  ])('none: %s', (text) => expect(isKnownLimitText(text) || looksLikeLimit(text)).toBe(false));

  it('throttling is none', () => {
    expect(isThrottleText('Server is temporarily limiting requests (not your usage limit) · x')).toBe(true);
  });
});
