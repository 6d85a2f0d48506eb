/** Keeps `stack.json` true from the moment that everything runs. */
import { ownIdentity } from '../host/runs/process-table.ts';
import type { ProcessIdentity } from '../host/runs/process-table.ts';
import type { Environment } from '../platform/environment.ts';
import type { StatePaths } from '../platform/paths.ts';
import type { HostChild } from './host-child.ts';
import { credentialNames, removeStackRecord, writeStackRecord } from './stack-record.ts';
import type { StackProcess } from './stack-record.ts';
import type { OpenTemporal } from './temporal.ts';

/** The stack that is recorded. */
export interface RecordedStack {
  readonly paths: StatePaths;
  readonly version: string;
  /** RFC 3339. */
  readonly startedAt: string;
  readonly environment: Environment;
  /** Nothing is written any more once it aborted. */
  readonly stopping: AbortSignal;
}

/** What the record says of the other processes. */
export interface RecordedParts {
  readonly url: string;
  readonly temporal: OpenTemporal;
  readonly host: HostChild;
}

/** Writes and removes the record of this process. */
export interface StackRecorder {
  /** Everything runs: writes the record for the first time. */
  begin(parts: RecordedParts): void;
  /** Writes it anew, to be called when a part changed; before `begin` nothing happens. */
  readonly write: () => void;
  remove(): Promise<void>;
}

/** Nothing is written before {@link StackRecorder.begin}. */
export function createStackRecorder(stack: RecordedStack): StackRecorder {
  const { paths, version, startedAt, environment, stopping } = stack;
  const identity = ownIdentity();
  let parts: RecordedParts | null = null;
  const write = (): void => {
    if (parts === null || stopping.aborted) return;
    const { url, temporal } = parts;
    const host = parts.host.current();
    const server = temporal.process();
    const own = { role: 'control' as const, ...identity };
    writeStackRecord(paths.stackFile, {
      v: 1,
      ...identity,
      url,
      home: paths.home,
      version,
      temporalAddress: temporal.config.address,
      temporalUiUrl: temporal.uiUrl(),
      temporalPid: server?.pid ?? null,
      processes: [own, ...ofRole('host', host), ...ofRole('temporal', server)],
      startedAt,
      credentials: credentialNames(environment.raw),
    });
  };
  return {
    write,
    begin: (known) => {
      parts = known;
      write();
    },
    remove: () => removeStackRecord(paths.stackFile, identity),
  };
}

function ofRole(role: StackProcess['role'], identity: ProcessIdentity | null): StackProcess[] {
  return identity === null ? [] : [{ role, ...identity }];
}
