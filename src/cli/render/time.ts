/** Durations, moments and money as people say them. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `0.4 s`, `45 s`, `3 min 20 s`, `1 h 12 min`, `2 d 3 h`; at most two units, rounded to the smaller. */
export function durationText(ms: number): string {
  if (ms < SECOND) return `${(Math.max(0, ms) / SECOND).toFixed(1)} s`;
  const units = ms < HOUR - SECOND / 2 ? ([MINUTE, SECOND, 'min', 's'] as const) : hoursOrDays(ms);
  const [large, small, largeName, smallName] = units;
  const rounded = Math.round(ms / small) * small;
  const whole = Math.floor(rounded / large);
  const rest = Math.round((rounded - whole * large) / small);
  const parts = [whole > 0 ? `${whole} ${largeName}` : '', rest > 0 ? `${rest} ${smallName}` : ''];
  return parts.filter((part) => part !== '').join(' ');
}

function hoursOrDays(ms: number): readonly [number, number, string, string] {
  return ms < DAY - MINUTE / 2 ? [HOUR, MINUTE, 'h', 'min'] : [DAY, HOUR, 'd', 'h'];
}

/** How moments are written. */
export interface TimeOptions {
  /** Milliseconds since 1970: another day than this one is named. */
  readonly nowMs: number;
  /** IANA name; absent: the machine's zone. */
  readonly timeZone?: string;
  readonly seconds?: boolean;
}

/** `02:00 CET`, on another day `Sun 22 Nov 02:00 CET`. `instant` is RFC 3339; text that is no time is returned as it is. */
export function momentText(instant: string, options: TimeOptions): string {
  const at = Date.parse(instant);
  if (Number.isNaN(at)) return instant;
  const zone = options.timeZone === undefined ? {} : { timeZone: options.timeZone };
  const day = new Intl.DateTimeFormat('en-GB', { ...zone, weekday: 'short', day: 'numeric', month: 'short' });
  const time = new Intl.DateTimeFormat('en-GB', {
    ...zone,
    hour: '2-digit',
    minute: '2-digit',
    ...(options.seconds === true ? { second: '2-digit' as const } : {}),
    timeZoneName: 'short',
  });
  const sameDay = day.format(at) === day.format(options.nowMs) && Math.abs(at - options.nowMs) < 2 * DAY;
  return sameDay ? time.format(at) : `${day.format(at).replace(',', '')} ${time.format(at)}`;
}

/** A moment to wait for: with seconds if it is less than two minutes away. */
export function untilText(instant: string, nowMs: number): string {
  return momentText(instant, { nowMs, seconds: Math.abs(Date.parse(instant) - nowMs) < 2 * MINUTE });
}

/** `$1.20`, `$0.004`; `cost unknown` when no agent said: never a zero that is not one. */
export function costText(costUsd: number | null): string {
  if (costUsd === null) return 'cost unknown';
  if (costUsd > 0 && costUsd < 0.01) return `$${costUsd.toFixed(3)}`;
  return `$${costUsd.toFixed(2)}`;
}

/** `12 B`, `3.4 kB`, `1.2 MB`. */
export function bytesText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(1)} kB`;
  if (bytes < 1_000_000_000) return `${(bytes / 1_000_000).toFixed(1)} MB`;
  return `${(bytes / 1_000_000_000).toFixed(1)} GB`;
}

/** The last time that a clock here showed 18:00, in milliseconds: where the report of a night begins. */
export function lastEveningMs(nowMs: number): number {
  const evening = new Date(nowMs);
  evening.setHours(18, 0, 0, 0);
  if (evening.getTime() > nowMs) evening.setDate(evening.getDate() - 1);
  return evening.getTime();
}

/**
 * The moment that `--since` names, as RFC 3339: a duration ago (`12h`), a clock time (`22:00`, its last one), a date,
 * a date with time, or RFC 3339. null when it is none of these.
 */
export function parseSince(text: string, nowMs: number, parseDuration: (text: string) => number | null): string | null {
  const trimmed = text.trim();
  const agoMs = parseDuration(trimmed);
  if (agoMs !== null) return new Date(nowMs - agoMs).toISOString();
  const clock = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(trimmed);
  if (clock !== null) {
    const at = new Date(nowMs);
    at.setHours(Number(clock[1]), Number(clock[2]), 0, 0);
    if (at.getTime() > nowMs) at.setDate(at.getDate() - 1);
    return at.toISOString();
  }
  if (!/^\d{4}-\d{2}-\d{2}/.test(trimmed)) return null;
  // A date alone would be read as UTC; people mean their own midnight.
  const at = Date.parse(/^\d{4}-\d{2}-\d{2}$/.test(trimmed) ? `${trimmed}T00:00` : trimmed.replace(' ', 'T'));
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}
