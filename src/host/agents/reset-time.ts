/** Times as people write them ("8pm", "Nov 23, 8am (UTC)", "in 2h 30m"), turned into epoch milliseconds. */

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/**
 * Texts name whole minutes and are read a little later: a time of day that passed this recently means "just now", not
 * "tomorrow".
 */
const JUST_PASSED_MS = 5 * MINUTE_MS;

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)/;
const MONTH_DAY =
  /\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+(\d{1,2})(?:st|nd|rd|th)?\b(?:,?\s+(\d{4}))?/i;
const WEEKDAY = /\b(sun|mon|tue|wed|thu|fri|sat)(?:[a-z]*day)?\b/i;
const TWELVE_HOURS = /(?<![\d:])(\d{1,2})(?::(\d{2}))?\s*([ap])\.?m\b/i;
const TWENTY_FOUR_HOURS = /(?<![\d:])(\d{1,2}):(\d{2})(?![\d:])/;
const DURATION_PART = /(\d+(?:\.\d+)?)\s*(d|h|m|s)(?:ays?|ours?|r|rs|inutes?|ins?|econds?|ecs?)?\b/gi;
const UNIT_MS: Readonly<Record<string, number>> = { d: DAY_MS, h: 3_600_000, m: MINUTE_MS, s: 1000 };

interface WallTime {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
}

/**
 * Epoch milliseconds of the next time that `text` can mean; null when it names no time of day or an unknown zone.
 *
 * @param writtenAtMs when the text was written
 * @param defaultZone IANA zone of times that name none in brackets
 */
export function parseClockTime(text: string, writtenAtMs: number, defaultZone: string): number | null {
  const trimmed = text.trim();
  const iso = ISO.exec(trimmed);
  if (iso !== null) return Date.parse(iso[0]);
  if (/^in\b/i.test(trimmed)) return relativeTime(trimmed, writtenAtMs);
  const zone = /\(([A-Za-z][\w+\-/]*)\)/.exec(trimmed)?.[1] ?? defaultZone;
  const here = wallTime(writtenAtMs, zone);
  const clock = timeOfDay(trimmed);
  if (here === null || clock === null) return null;
  const at = (day: { year: number; month: number; day: number }): number => toEpochMs({ ...day, ...clock }, zone);

  const date = MONTH_DAY.exec(trimmed);
  if (date !== null) return datedTime(date, here, writtenAtMs, at);
  const weekday = WEEKDAY.exec(trimmed)?.[1];
  if (weekday !== undefined) {
    const target = WEEKDAYS.indexOf(weekday.toLowerCase());
    const today = new Date(Date.UTC(here.year, here.month - 1, here.day)).getUTCDay();
    return notBefore(addDays(here, (target - today + 7) % 7), 7, writtenAtMs, at);
  }
  if (/\btomorrow\b/i.test(trimmed)) return at(addDays(here, 1));
  return notBefore(here, 1, writtenAtMs, at);
}

/** IANA name of this machine's zone, in which command lines write times that name none. */
export function hostTimeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

type Day = Pick<WallTime, 'year' | 'month' | 'day'>;

function notBefore(day: Day, stepDays: number, writtenAtMs: number, at: (day: Day) => number): number {
  const first = at(day);
  return first >= writtenAtMs - JUST_PASSED_MS ? first : at(addDays(day, stepDays));
}

function datedTime(
  match: RegExpExecArray,
  here: WallTime,
  writtenAtMs: number,
  at: (day: Day) => number,
): number | null {
  const month = MONTHS.indexOf((match[1] ?? '').toLowerCase().slice(0, 3)) + 1;
  const day = Number(match[2]);
  if (day < 1 || day > 31) return null;
  if (match[3] !== undefined) return at({ year: Number(match[3]), month, day });
  // Without a year: in December "Jan 2" is next year's, while yesterday's date is simply over.
  const thisYear = at({ year: here.year, month, day });
  return thisYear >= writtenAtMs - 31 * DAY_MS ? thisYear : at({ year: here.year + 1, month, day });
}

function relativeTime(text: string, writtenAtMs: number): number | null {
  const parts = [...text.matchAll(DURATION_PART)];
  if (parts.length === 0) return null;
  const totalMs = parts.reduce(
    (sum, [, count, unit]) => sum + Number(count) * (UNIT_MS[(unit ?? '').toLowerCase()] ?? 0),
    0,
  );
  return Math.round(writtenAtMs + totalMs);
}

function timeOfDay(text: string): Pick<WallTime, 'hour' | 'minute'> | null {
  const twelve = TWELVE_HOURS.exec(text);
  if (twelve !== null) {
    const hour = Number(twelve[1]);
    const minute = Number(twelve[2] ?? 0);
    if (hour < 1 || hour > 12 || minute > 59) return null;
    return { hour: (hour % 12) + (twelve[3]?.toLowerCase() === 'p' ? 12 : 0), minute };
  }
  const full = TWENTY_FOUR_HOURS.exec(text);
  if (full === null) return null;
  const hour = Number(full[1]);
  const minute = Number(full[2]);
  return hour > 23 || minute > 59 ? null : { hour, minute };
}

function addDays(day: Day, days: number): Day {
  const moved = new Date(Date.UTC(day.year, day.month - 1, day.day + days));
  return { year: moved.getUTCFullYear(), month: moved.getUTCMonth() + 1, day: moved.getUTCDate() };
}

/** What clocks in `zone` show at that moment; null when the zone is unknown. */
function wallTime(epochMs: number, zone: string): WallTime | null {
  try {
    const parts = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
    }).formatToParts(epochMs);
    const read = (type: Intl.DateTimeFormatPartTypes): number =>
      Number(parts.find((part) => part.type === type)?.value);
    return { year: read('year'), month: read('month'), day: read('day'), hour: read('hour'), minute: read('minute') };
  } catch {
    return null;
  }
}

/** The moment at which clocks in `zone` show `wall`; a time that a clock change skips is read with the offset before it. */
function toEpochMs(wall: WallTime, zone: string): number {
  const asUtc = Date.UTC(wall.year, wall.month - 1, wall.day, wall.hour, wall.minute);
  const offsetAt = (epochMs: number): number => {
    const shown = wallTime(epochMs, zone);
    if (shown === null) return 0;
    return (
      Date.UTC(shown.year, shown.month - 1, shown.day, shown.hour, shown.minute) -
      Math.floor(epochMs / MINUTE_MS) * MINUTE_MS
    );
  };
  const guess = asUtc - offsetAt(asUtc);
  const refined = asUtc - offsetAt(guess);
  return offsetAt(refined) === asUtc - refined ? refined : guess;
}
