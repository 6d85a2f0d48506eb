/** Tells that events were committed. */

/** Tells listeners of this process that events were committed. */
export interface AppendSignal {
  notify(): void;
  subscribe(listener: () => void): () => void;
}

/** A signal without listeners. `onFirst` is called whenever the first listener comes. */
export function createAppendSignal(onFirst: () => void = () => undefined): AppendSignal {
  const listeners = new Set<() => void>();
  return {
    notify: () => {
      for (const listener of listeners) listener();
    },
    subscribe: (listener) => {
      // An own function per subscription: the same listener may be given twice.
      const own = (): void => listener();
      listeners.add(own);
      if (listeners.size === 1) onFirst();
      return () => void listeners.delete(own);
    },
  };
}
