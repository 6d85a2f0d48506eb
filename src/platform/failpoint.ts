/**
 * Named points at which a fault test lets this process die by SIGKILL. Off unless `NIGHTLOOM_FAILPOINT` names one:
 * then a call costs one comparison. See docs/adr/ for why they are built into the product.
 */
import { appendFileSync, readFileSync } from 'node:fs';
import { kill, pid } from 'node:process';
import { readEnvironment } from './environment.ts';

/**
 * Every failpoint and the process it is in: the worker of a host, the API with its control worker, whose host door it
 * is, or who writes to GitHub.
 */
export const FAILPOINTS = {
  'workspace:after-worktree': 'host',
  'workspace:after-setup': 'host',
  'workspace:after-note': 'host',
  'claim:before': 'host',
  'claim:after': 'host',
  'attempt:after-reset': 'host',
  'attempt:after-note': 'host',
  'order:written': 'host',
  'spawn:before': 'host',
  'spawn:after': 'host',
  'agent:launched': 'host',
  'exit:seen': 'host',
  'exit:concluded': 'host',
  'verify:before': 'host',
  'verify:after-checks': 'host',
  'verify:after-note': 'host',
  'delete:before': 'host',
  'delete:after': 'host',
  'commit:before': 'host',
  'commit:after-intent': 'host',
  'commit:after-add': 'host',
  'commit:after-commit': 'host',
  'tombstone:before': 'host',
  'tombstone:after': 'host',
  'settle:before': 'host',
  'settle:after': 'host',
  'salvage:before': 'host',
  'salvage:after-ref': 'host',
  'salvage:after-discard': 'host',
  'push:before': 'host',
  'push:after': 'host',
  'close:before': 'host',
  'close:after': 'host',
  'requirements:logged': 'door',
  'requirements:between': 'door',
  'requirements:undoing': 'door',
  'checkout:after-read': 'github',
  'checkout:after-tree': 'github',
  'checkout:after-setup': 'github',
  'checkout:after-label': 'github',
  'respond:after-push': 'github',
  'respond:after-writes': 'github',
  'github:before-comment': 'github',
  'github:after-comment': 'github',
  'github:before-pull': 'github',
  'github:after-pull': 'github',
  'github:before-review': 'github',
  'github:after-review': 'github',
  'github:after-label': 'github',
  'load-order:after': 'control',
  'record:before': 'control',
  'record:inside': 'control',
  'record:after': 'control',
  'create:after-row': 'control',
  'command:numbered': 'control',
} as const;

/** Name of a failpoint. */
export type Failpoint = keyof typeof FAILPOINTS;

interface Armed {
  readonly log: string;
  /** Passes that are still to be survived, and the one that is not: counts down to zero. */
  readonly passes: Map<string, number>;
}

const armed = arm();

/**
 * Ends this process by SIGKILL if `NIGHTLOOM_FAILPOINT` asks for it: `<name>=kill` at the first pass, `<name>=kill:<n>`
 * at the n-th, several with commas between. The name is appended to the file `NIGHTLOOM_FAILPOINT_LOG` first; a failpoint
 * that is in there already does nothing, so that the process started in our place goes on.
 */
export function failpoint(name: Failpoint): void {
  if (armed !== null) pass(armed, name);
}

function pass({ log, passes }: Armed, name: Failpoint): void {
  const left = passes.get(name);
  if (left === undefined) return;
  passes.set(name, left - 1);
  if (left !== 1 || hitFailpoints(log).includes(name)) return;
  appendFileSync(log, `${name}\n`, { mode: 0o600, flush: true });
  kill(pid, 'SIGKILL');
  // The signal need not have arrived when `kill` returns: nothing may happen after it.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

/** Names in a failpoint log, in the order in which they were hit; none when there is no log. */
export function hitFailpoints(log: string): string[] {
  try {
    return readFileSync(log, 'utf8').split('\n').filter(Boolean);
  } catch {
    return [];
  }
}

/** A mistake in the variable must not look like a test that passed. @throws TypeError */
function arm(): Armed | null {
  const { raw } = readEnvironment();
  const text = raw['NIGHTLOOM_FAILPOINT'] ?? '';
  if (text === '') return null;
  const log = raw['NIGHTLOOM_FAILPOINT_LOG'] ?? '';
  if (log === '') throw new TypeError('NIGHTLOOM_FAILPOINT needs NIGHTLOOM_FAILPOINT_LOG');
  const passes = new Map<string, number>();
  for (const entry of text.split(',')) {
    const [, name = '', nth = '1'] = /^([a-z:-]+)=kill(?::([1-9]\d*))?$/.exec(entry.trim()) ?? [];
    if (!Object.hasOwn(FAILPOINTS, name)) throw new TypeError(`NIGHTLOOM_FAILPOINT: ${JSON.stringify(entry)}`);
    passes.set(name, Number(nth));
  }
  return { log, passes };
}
