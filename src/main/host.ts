/** Process of a host worker under `up`: runs until its parent is gone or asks it to stop. Agents outlive it. */
import { createGlances } from '../host/git/glances.ts';
import { acquireProcessLock } from '../host/runs/host-lock.ts';
import { systemClock } from '../platform/clock.ts';
import { readEnvironment } from '../platform/environment.ts';
import { createLogger } from '../platform/logger.ts';
import { createMasker, secretValues } from '../platform/masking.ts';
import { ensureStateDirectory } from '../platform/paths.ts';
import { embeddedTemporalConfig, externalTemporalConfig } from '../temporal/connection.ts';
import { answerParent, tellReady } from './host-channel.ts';
import { hostOptions } from './host-options.ts';
import { loadInstallation } from './installation.ts';
import { measureRuntime } from './measured-runtime.ts';
import { runHost } from './run-host.ts';
import { stopSignal } from './stop-signal.ts';

const options = hostOptions(process.argv[2]);
const environment = readEnvironment();
const paths = await ensureStateDirectory(options.home);
const { installation, host, secret } = await loadInstallation(paths, environment);
const secrets = [secret, ...secretValues(environment.raw)];
const logger = createLogger({
  name: 'host-worker',
  level: environment.logLevel,
  file: `${paths.logs}/host.log`,
  secrets,
});
const lock = acquireProcessLock(`${paths.home}/host.lock`, 'host-worker');
const stopping = stopSignal({ withParent: true });

const measured = measureRuntime('host', logger);
answerParent(() => measured.read());
const config = options.embedded
  ? embeddedTemporalConfig(options.temporalAddress, environment)
  : externalTemporalConfig(environment);
const masker = createMasker(secrets);
const endedCleanly = await runHost({
  context: {
    paths,
    environment,
    installation,
    host,
    secret,
    clock: systemClock,
    logger,
    masker,
    glances: createGlances(),
  },
  config,
  stopping,
  onReady: tellReady,
});
measured.stop();
lock.release();
if (!endedCleanly) process.exit(0);
// A parent that was killed took the channel with it.
if (process.connected) process.disconnect();
