/** Instants that stay true while one looks at them. */
import { useSyncExternalStore } from 'react';
import { createCell } from '../data/cell.ts';
import { duration, fullMoment, moment, relative } from '../model/format.ts';

const TICK_MS = 1000;
const now = createCell(Date.now());
setInterval(() => {
  if (!document.hidden) now.set(Date.now());
}, TICK_MS);

/** The present, renewed every second while the page is visible. */
export function useNow(): number {
  return useSyncExternalStore(now.subscribe, now.get);
}

/** An instant as time of day; hovering shows day, zone and UTC. */
export function Moment({ at }: { readonly at: string }) {
  const atMs = Date.parse(at);
  return (
    <time dateTime={at} title={fullMoment(atMs)}>
      {moment(atMs, useNow())}
    </time>
  );
}

/** `3 min ago`. */
export function Ago({ at }: { readonly at: string }) {
  const atMs = Date.parse(at);
  return (
    <time dateTime={at} title={fullMoment(atMs)}>
      {relative(atMs, useNow())}
    </time>
  );
}

/** Time since an instant, counting. */
export function Elapsed({ since }: { readonly since: string }) {
  return <span className="number">{duration(useNow() - Date.parse(since))}</span>;
}
