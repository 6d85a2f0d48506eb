/** Usage limits of Claude: which windows are exhausted and when they reset, from structure first, from text second. */
import { numberAt, objectAt, textAt } from './json.ts';
import type { JsonObject } from './json.ts';
import { hostTimeZone, parseClockTime } from './reset-time.ts';

/** What is known of a limit; `resetAtMs` null means unknown. */
export interface LimitFacts {
  readonly resetAtMs: number | null;
  /** `five_hour`, `seven_day`, `seven_day_opus`, ...; null when not told. */
  readonly window: string | null;
}

const DAY_MS = 86_400_000;
/** No window of any plan is longer; a reset further away is a misread number. */
const FARTHEST_RESET_MS = 370 * DAY_MS;

const SEPARATOR = String.raw`(?:[·∙•|—–-]|\bit\b)?`;
const RESETS = new RegExp(String.raw`${SEPARATOR}\s*\bresets?\b\s*(?:at|on)?\s*(.+)$`, 'i');
const OLD_EPOCH = /usage limit reached\|(\d{10,13})\b/i;
const KNOWN_WORDINGS = [
  /^you['’]ve hit your .*limit\b/i,
  /^you['’](?:re|ve (?:run|used)) out of (?:extra )?usage\b/i,
  /\bout of extra usage\b/i,
  /\b(?:claude ai )?usage limit reached\b/i,
  /\b(?:5-hour|hourly|session|daily|weekly|monthly|opus|sonnet) limit reached\b/i,
];
const LIMIT_WORDS =
  /\b(?:usage|session|plan|account|quota|spend(?:ing)?|(?:5|five)[- ]hour|hourly|daily|weekly|monthly)\b[^.]{0,60}\blimits?\b|\blimits?\b[^.]{0,40}\b(?:reached|exhausted|used up|hit)\b|\b(?:quota|allowance)\b[^.]{0,40}\b(?:exceeded|exhausted|reached|used up)\b|\bout of (?:\w+ )?(?:usage|credits)\b/i;
/** Limits of size or pace, which no reset lifts. */
const OTHER_LIMITS =
  /\b(?:rate limit|token(?:s)? (?:limit|maximum)|output token|context|maximum size|max \d+ ?MB|too (?:large|long))\b/i;

/** True for the wordings of usage limits that are known. */
export function isKnownLimitText(text: string): boolean {
  return KNOWN_WORDINGS.some((pattern) => pattern.test(text.trim()));
}

/** True for an error text that seems to speak of a usage limit in words that are not known: hold and probe. */
export function looksLikeLimit(text: string): boolean {
  return LIMIT_WORDS.test(text) && !OTHER_LIMITS.test(text);
}

/** True for the throttling text that also comes with a `rejected` event but is no limit of the plan. */
export function isThrottleText(text: string): boolean {
  return /temporarily limiting requests|not your usage limit/i.test(text);
}

/** Window and reset of one `rate_limit_info`; the reset is the latest of all windows that are exhausted. */
export function limitFromInfo(info: JsonObject | null): LimitFacts {
  const named = { window: textAt(info, 'rateLimitType'), resetAtMs: epochMs(numberAt(info, 'resetsAt')) };
  const windows = objectAt(info, 'unifiedWindows');
  let latest: LimitFacts = named;
  for (const window of Object.keys(windows ?? {})) {
    const entry = objectAt(windows, window);
    const exhausted = textAt(entry, 'status') === 'rejected' || (numberAt(entry, 'utilization') ?? 0) >= 1;
    const resetAtMs = epochMs(numberAt(entry, 'resetsAt'));
    if (exhausted && resetAtMs !== null && resetAtMs > (latest.resetAtMs ?? 0)) latest = { window, resetAtMs };
  }
  return {
    window: latest.resetAtMs === named.resetAtMs ? (named.window ?? latest.window) : latest.window,
    resetAtMs: latest.resetAtMs,
  };
}

/** The one that resets later; a window that one of them names is kept when neither has a reset. */
export function laterLimit(first: LimitFacts, second: LimitFacts): LimitFacts {
  if (first.resetAtMs === null && second.resetAtMs === null) return first.window === null ? second : first;
  return (second.resetAtMs ?? 0) > (first.resetAtMs ?? 0) ? second : first;
}

/**
 * Reset named by an error text; null when it names none that can be understood.
 *
 * @param writtenAtMs when the text was written: "today" and the year are relative to it
 * @param timeZone IANA name of the zone of times without one; the machine's by default
 */
export function resetFromText(text: string, writtenAtMs: number, timeZone = hostTimeZone()): number | null {
  const epoch = OLD_EPOCH.exec(text)?.[1];
  const resetAtMs = epoch === undefined ? resetFromClock(text, writtenAtMs, timeZone) : epochMs(Number(epoch));
  if (resetAtMs === null || resetAtMs > writtenAtMs + FARTHEST_RESET_MS) return null;
  return resetAtMs;
}

function resetFromClock(text: string, writtenAtMs: number, timeZone: string): number | null {
  for (const line of text.split('\n')) {
    const when = RESETS.exec(line)?.[1];
    if (when !== undefined) return parseClockTime(when, writtenAtMs, timeZone);
  }
  return null;
}

/** Epoch seconds or milliseconds as milliseconds. */
function epochMs(value: number | null): number | null {
  if (value === null || value <= 0) return null;
  const ms = value < 1e11 ? value * 1000 : value;
  return ms > 8.64e15 ? null : Math.round(ms);
}
