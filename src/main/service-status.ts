/** What `nightloom status` says of a stack whose parts are processes of their own. */
import type { HostId, InstallationId } from '../contracts/ids.ts';
import { controlQueue, hostQueue } from '../contracts/names.ts';
import type { Status } from '../contracts/views.ts';
import type { StatePaths } from '../platform/paths.ts';
import type { Store } from '../store/store.ts';
import type { TemporalClient, TemporalConfig } from '../temporal/connection.ts';
import { countPollers } from '../temporal/pollers.ts';
import { checkDatabase, checkDisk, checkTemporal } from './stack-checks.ts';

/** Parts of the stack, as the API sees them. */
export interface ServiceParts {
  readonly paths: StatePaths;
  readonly version: string;
  readonly installation: InstallationId;
  readonly host: HostId;
  readonly config: TemporalConfig;
  readonly temporal: TemporalClient;
  readonly store: Store;
  readonly url: () => string;
}

const CHECK_TIMEOUT_MS = 2000;

type Check = Status['checks'][number];

/** Makes the status function of the API. */
export function createServiceStatus(parts: ServiceParts): () => Promise<Status> {
  return async () => {
    const { installation, host, config } = parts;
    const [temporal, database, control, hostWorker, disk] = await Promise.all([
      checkTemporal(parts.temporal.connection, config.address),
      checkDatabase(parts.store),
      checkWorker(parts, 'control worker', controlQueue(installation), 'nightloom worker'),
      checkWorker(parts, 'host worker', hostQueue(installation, host), `nightloom worker --host ${host}`),
      checkDisk(parts.paths.home),
    ]);
    const checks = [temporal, database.check, control, hostWorker, disk];
    return {
      healthy: checks.every((check) => check.ok),
      url: parts.url(),
      pid: process.pid,
      processes: [{ role: 'api', pid: process.pid }],
      temporalAddress: config.address,
      temporalPid: null,
      temporalUiUrl: null,
      home: parts.paths.home,
      version: parts.version,
      installation,
      host,
      checks,
      running: database.running,
      openBatches: database.open,
    };
  };
}

async function checkWorker(
  { temporal, config }: ServiceParts,
  name: string,
  queue: string,
  start: string,
): Promise<Check> {
  try {
    const place = { namespace: config.namespace, queue };
    const pollers = await countPollers(temporal.connection, place, CHECK_TIMEOUT_MS);
    if (pollers > 0) return { name, ok: true, message: 'polls', repair: null };
    return { name, ok: false, message: `nobody polls ${queue}`, repair: start };
  } catch {
    return { name, ok: false, message: 'unknown: Temporal does not answer', repair: null };
  }
}
