/** Events for the listeners of a handler: its file of them is read while somebody listens. Runs in the handler's process. */
import { closeSync, openSync, readSync, watch } from 'node:fs';
import { dirname } from 'node:path';
import type { AnyProjectEvent, EventName, ProjectEvent, ProjectEvents } from './sdk.ts';

const CHUNK_BYTES = 64 * 1024;
const NEWLINE = 0x0a;
/** Where the system does not say that a file changed. */
const LOOK_EVERY_MS = 200;

type Listener = (event: AnyProjectEvent) => void;

/** Events of `file`, which need not exist yet. What a listener throws ends the process, as any mistake of the handler. */
export function handlerEvents(file: string): ProjectEvents {
  const listeners = new Set<Listener>();
  const next = eventReader(file);
  const look = (): void => {
    for (const event of next()) for (const listener of listeners) listener(event);
  };
  let stop: (() => void) | null = null;
  return {
    on: (name, listener) => {
      const own: Listener = (event) => {
        if (fits(name, event)) void listener(event);
      };
      listeners.add(own);
      stop ??= keepLooking(file, look);
      return () => {
        listeners.delete(own);
        if (listeners.size > 0) return;
        stop?.();
        stop = null;
      };
    },
  };
}

/** Whoever waits for an event has nothing else that keeps the process alive. */
function keepLooking(file: string, look: () => void): () => void {
  const timer = setInterval(look, LOOK_EVERY_MS);
  const watcher = watch(dirname(file), { persistent: false }, look);
  watcher.on('error', () => watcher.close());
  // Not before the caller is through: it may have more listeners.
  setImmediate(look);
  return () => {
    clearInterval(timer);
    watcher.close();
  };
}

function fits<Name extends EventName>(name: Name, event: AnyProjectEvent): event is ProjectEvent<Name> {
  return name === '*' || name === event.type || name === event.alias;
}

/** Events since the last call, each once. */
function eventReader(file: string): () => AnyProjectEvent[] {
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  let [position, lastSeq, rest] = [0, 0, Buffer.alloc(0)];
  const linesOf = (handle: number): string[] => {
    const lines: string[] = [];
    for (let read = CHUNK_BYTES; read === CHUNK_BYTES;) {
      read = readSync(handle, buffer, 0, CHUNK_BYTES, position);
      position += read;
      const bytes = Buffer.concat([rest, buffer.subarray(0, read)]);
      const end = bytes.lastIndexOf(NEWLINE) + 1;
      rest = bytes.subarray(end);
      lines.push(...bytes.subarray(0, end).toString('utf8').split('\n'));
    }
    return lines;
  };
  return () => {
    const handle = openIfAny(file);
    if (handle === null) return [];
    try {
      return linesOf(handle).flatMap((line) => {
        const event = parseEvent(line);
        if (event === null || event.seq <= lastSeq) return [];
        lastSeq = event.seq;
        return [event];
      });
    } finally {
      closeSync(handle);
    }
  };
}

function openIfAny(file: string): number | null {
  try {
    return openSync(file, 'r');
  } catch {
    return null;
  }
}

/** null for what is no whole event. */
function parseEvent(line: string): AnyProjectEvent | null {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
