/** Holds an agent at a line of its script until the test lets it go: so that no test depends on how fast things are. */
import { writeFile } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { User } from './user.ts';

/** See {@link makeGate}. */
export interface Gate {
  /** Line of a script that ends when the gate is open; by itself after about two minutes. */
  readonly line: string;
  open(): Promise<void>;
}

/** A gate that is closed. */
export function makeGate(user: User): Gate {
  const file = join(user.root, `gate-${randomUUID()}`);
  return {
    line: `run i=0; until [ -e '${file}' ] || [ $i -gt 1200 ]; do i=$((i+1)); sleep 0.1; done`,
    open: () => writeFile(file, ''),
  };
}
