/** Which files of a change somebody has looked at. Kept in this browser. */
import { useState } from 'react';

const KEY = 'nightloom-viewed';
/** Changes that are remembered. */
const MAX_CHANGES = 100;

type Stored = readonly (readonly [change: string, paths: readonly string[]])[];

/** The paths of a change that are marked, and a function that marks or unmarks one. */
export function useViewed(change: string): readonly [ReadonlySet<string>, (path: string, isViewed: boolean) => void] {
  const [viewed, setViewed] = useState<ReadonlySet<string>>(
    () => new Set(read().find(([each]) => each === change)?.[1] ?? []),
  );
  const mark = (path: string, isViewed: boolean): void => {
    const next = new Set(viewed);
    if (isViewed) next.add(path);
    else next.delete(path);
    setViewed(next);
    const others = read().filter(([each]) => each !== change);
    localStorage.setItem(KEY, JSON.stringify([[change, [...next]], ...others].slice(0, MAX_CHANGES)));
  };
  return [viewed, mark];
}

function read(): Stored {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(value) ? value.filter(isEntry) : [];
  } catch {
    return [];
  }
}

function isEntry(value: unknown): value is Stored[number] {
  return Array.isArray(value) && typeof value[0] === 'string' && Array.isArray(value[1]);
}
