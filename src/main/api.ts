/** `nightloom api`: the API alone. Starts and answers reads also while Temporal, the workers and the host are down. */
import { setTimeout } from 'node:timers/promises';
import { buildApi } from '../api/build-api.ts';
import { tellHandlers } from '../api/services/tell-handlers.ts';
import { AppError } from '../contracts/errors.ts';
import type { HostDoor } from '../contracts/host-door.ts';
import { createHostDoor } from '../host/door/host-door.ts';
import { NEW_IDS } from '../platform/ids.ts';
import { openStore } from '../store/open-store.ts';
import { createBatchClient } from '../temporal/batches.ts';
import { connectTemporal } from '../temporal/connection.ts';
import { createLaneClient } from '../temporal/lanes.ts';
import { bindBatches } from './bind-batches.ts';
import { DASHBOARD } from './dashboard-link.ts';
import { connectDoor } from './door-client.ts';
import { meetTemporal } from './recover-batches.ts';
import type { Meeting } from './recover-batches.ts';
import { runProgram } from './run-program.ts';
import { openService } from './service.ts';
import type { Service } from './service.ts';
import { apiOptions } from './service-options.ts';
import type { ApiOptions, ListenPlace } from './service-options.ts';
import { createServiceStatus } from './service-status.ts';
import { stopSignal } from './stop-signal.ts';
import { packageVersion } from './version.ts';
import { keepDelivering, webhookSender } from './webhooks.ts';

const DEFAULT_PORT = 7780;
/** So long a Temporal that does not answer keeps the API from listening. */
const MAX_MEETING_MS = 1000;
const LOOPBACK_NAMES = ['127.0.0.1', 'localhost', '[::1]'] as const;

const stopping = stopSignal({ withParent: false });
process.exit(await runProgram(main));

async function main(): Promise<number> {
  const options = apiOptions(process.argv[2], DEFAULT_PORT);
  await using cleanup = new AsyncDisposableStack();
  const service = await openService('api');
  const { paths, identity, config, logger, clock } = service;
  const { installation } = identity;
  const host = options.host ?? identity.host;
  const store = await openStore(service.location);
  cleanup.defer(() => store.close());
  const temporal = connectTemporal(config);
  cleanup.defer(() => temporal.close());
  const met = refuseUnknownTemporal({ store, temporal, config, installation, clock, logger });
  const failing = new AbortController();
  met.catch(() => failing.abort());
  const ending = AbortSignal.any([stopping, failing.signal]);
  await Promise.race([met, setTimeout(MAX_MEETING_MS, undefined, { ref: false })]);
  const { client } = temporal;
  const version = packageVersion();
  let url = '';
  const door = doorOf(service, options);
  const server = await buildApi({
    store,
    door,
    batches: bindBatches(createBatchClient({ client, installation })),
    lanes: createLaneClient({ client, installation }),
    webhooks: webhookSender({ secret: identity.secret, environment: service.environment, clock }),
    clock,
    ids: NEW_IDS,
    logger,
    token: identity.token,
    allowedHosts: [...LOOPBACK_NAMES, ...options.allowedHosts],
    host,
    installation,
    version,
    dashboard: DASHBOARD,
    githubWebhookSecret: service.environment.githubWebhookSecret,
    status: createServiceStatus({ paths, version, installation, host, config, temporal, store, url: () => url }),
  });
  cleanup.defer(() => server.close());
  url = await listen(server, options.listen);
  process.stdout.write(`Nightloom ${version} API: ${url}\n`);
  const telling = { secret: identity.secret, environment: service.environment, clock, store, logger };
  const delivering = keepDelivering(telling, ending);
  cleanup.defer(() => delivering);
  const tellingHandlers = tellHandlers({ store, door, logger }, ending);
  cleanup.defer(() => tellingHandlers);
  await aborted(ending);
  if (failing.signal.aborted) await met;
  return 0;
}

/** An API starts also while Temporal is down: then who is there is found out at its next start. */
async function refuseUnknownTemporal(meeting: Meeting): Promise<void> {
  try {
    await meetTemporal(meeting, false);
  } catch (err) {
    if (!AppError.is(err, 'temporal_unreachable')) throw err;
    meeting.logger.warn({ err }, 'Temporal could not be asked whether it knows the open batches');
  }
}

function doorOf({ paths, environment, clock, masker, identity }: Service, options: ApiOptions): HostDoor {
  if (options.door !== null) return connectDoor({ url: options.door, secret: identity.secret, clock });
  return createHostDoor({ paths, environment, clock, masker });
}

async function listen(server: { listen(place: ListenPlace): Promise<string> }, place: ListenPlace): Promise<string> {
  try {
    return await server.listen(place);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('port_taken', `The API cannot listen at ${place.host}:${place.port}: ${reason}.`, { cause });
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
