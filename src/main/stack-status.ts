/** What `nightloom status` says of a running stack. */
import type { Worker } from '@temporalio/worker';
import type { HostId, InstallationId } from '../contracts/ids.ts';
import type { Status } from '../contracts/views.ts';
import type { StatePaths } from '../platform/paths.ts';
import type { Store } from '../store/store.ts';
import type { HostChild } from './host-child.ts';
import { checkDatabase, checkDisk, checkTemporal } from './stack-checks.ts';
import type { OpenTemporal } from './temporal.ts';

/** Parts of the stack. */
export interface StackParts {
  readonly paths: StatePaths;
  readonly version: string;
  readonly installation: InstallationId;
  readonly host: HostId;
  readonly temporal: OpenTemporal;
  readonly hostChild: HostChild;
  /** null while it is being made. */
  readonly controlWorker: () => Worker | null;
  readonly store: Store;
  readonly url: () => string;
}

/** Makes the status function of a stack. */
export function createStatus(parts: StackParts): () => Promise<Status> {
  return async () => {
    const { temporal, hostChild, controlWorker } = parts;
    const child = hostChild.current();
    const [temporalCheck, database, disk] = await Promise.all([
      checkTemporal(temporal.temporal.connection, temporal.config.address),
      checkDatabase(parts.store),
      checkDisk(parts.paths.home),
    ]);
    const worker = controlWorker()?.getState() ?? 'STARTING';
    const checks = [
      temporalCheck,
      database.check,
      {
        name: 'control worker',
        ok: worker === 'RUNNING',
        message: worker.toLowerCase(),
        repair: worker === 'RUNNING' ? null : 'nightloom up',
      },
      // It is started again by the stack itself.
      {
        name: 'host worker',
        ok: hostChild.isReady(),
        message: hostChild.isReady() ? 'polls' : 'is being started',
        repair: null,
      },
      disk,
    ];
    return {
      healthy: checks.every((check) => check.ok),
      url: parts.url(),
      pid: process.pid,
      processes: [{ role: 'control', pid: process.pid }, ...(child === null ? [] : [{ role: 'host', pid: child.pid }])],
      temporalAddress: temporal.config.address,
      temporalPid: temporal.process()?.pid ?? null,
      temporalUiUrl: temporal.uiUrl(),
      home: parts.paths.home,
      version: parts.version,
      installation: parts.installation,
      host: parts.host,
      checks,
      running: database.running,
      openBatches: database.open,
    };
  };
}
