/** `nightloom worker --host <id>`: a host by itself: its worker, and its door over HTTP. Agents outlive it. */
import { createGlances } from '../host/git/glances.ts';
import { createHostDoor } from '../host/door/host-door.ts';
import { acquireProcessLock } from '../host/runs/host-lock.ts';
import { DEFAULT_DOOR_PORT } from './door-protocol.ts';
import { serveDoor } from './door-server.ts';
import { installMeasuredRuntime } from './metrics-server.ts';
import { runHost } from './run-host.ts';
import { runProgram } from './run-program.ts';
import { openService } from './service.ts';
import { remoteHostOptions } from './service-options.ts';
import { stopSignal } from './stop-signal.ts';

const stopping = stopSignal({ withParent: false });
process.exit(await runProgram(main));

async function main(): Promise<number> {
  const { host, listen, metrics } = remoteHostOptions(process.argv[2], DEFAULT_DOOR_PORT);
  await using cleanup = new AsyncDisposableStack();
  const { environment, paths, identity, config, logger, masker, clock } = await openService('host-worker');
  const { installation, secret, token } = identity;
  const lock = acquireProcessLock(`${paths.home}/host.lock`, 'host-worker');
  cleanup.defer(() => lock.release());
  await installMeasuredRuntime({ place: metrics, part: 'host', token, logger, cleanup });
  const door = await serveDoor(
    { door: createHostDoor({ paths, environment, clock, masker }), secret, clock, logger },
    listen,
  );
  cleanup.defer(() => door.close());
  process.stdout.write(`The door of host ${host}: ${door.url}\n`);
  await runHost({
    context: { paths, environment, installation, host, secret, clock, logger, masker, glances: createGlances() },
    config,
    stopping,
    onReady: () => process.stdout.write(`The worker of host ${host} polls ${config.address}.\n`),
  });
  return 0;
}
