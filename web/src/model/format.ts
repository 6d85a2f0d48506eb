/** Numbers and instants as people read them, in the viewer's language and zone. */

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric', month: 'short' });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'long' });
const count = new Intl.NumberFormat();

/** `4 s`, `4 min 10 s`, `1 h 12 min`. */
export function duration(ms: number): string {
  const whole = Math.max(0, ms);
  if (whole < MINUTE_MS) return `${Math.floor(whole / SECOND_MS)} s`;
  const minutes = Math.floor(whole / MINUTE_MS);
  if (whole < HOUR_MS) {
    const seconds = Math.floor((whole % MINUTE_MS) / SECOND_MS);
    return seconds === 0 || minutes >= 10 ? `${minutes} min` : `${minutes} min ${seconds} s`;
  }
  const rest = minutes % 60;
  return rest === 0 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 60)} h ${rest} min`;
}

/** Time of day; with the day if that is not the day of `nowMs`. */
export function moment(atMs: number, nowMs: number): string {
  const at = new Date(atMs);
  const isToday = at.toDateString() === new Date(nowMs).toDateString();
  return isToday ? clock.format(at) : `${day.format(at)}, ${clock.format(at)}`;
}

/** Day, time and zone, for a tooltip. */
export function fullMoment(atMs: number): string {
  return `${full.format(new Date(atMs))} (${new Date(atMs).toISOString()})`;
}

/** `in 1 h 12 min` or `3 min ago`. */
export function relative(atMs: number, nowMs: number): string {
  const text = duration(Math.abs(atMs - nowMs));
  return atMs > nowMs ? `in ${text}` : `${text} ago`;
}

/** US dollars as an agent reported them; never 0 for what nobody said. */
export function dollars(usd: number | null): string {
  if (usd === null) return 'not reported';
  return `$${usd.toFixed(usd < 10 ? 2 : 0)}`;
}

/** `1.2 MB`. */
export function bytes(size: number): string {
  if (size < 1000) return `${size} B`;
  if (size < 1_000_000) return `${(size / 1000).toFixed(size < 10_000 ? 1 : 0)} KB`;
  return `${(size / 1_000_000).toFixed(1)} MB`;
}

/** `1 task`, `1,204 tasks`. */
export function plural(number: number, one: string, many = `${one}s`): string {
  return `${count.format(number)} ${number === 1 ? one : many}`;
}

/** Epoch milliseconds of an RFC 3339 instant; null stays null. */
export function toMs(instant: string): number;
/** As above. */
export function toMs(instant: string | null): number | null;
export function toMs(instant: string | null): number | null {
  return instant === null ? null : Date.parse(instant);
}

/** The first seven characters of a commit. */
export function shortSha(sha: string): string {
  return sha.slice(0, 7);
}
