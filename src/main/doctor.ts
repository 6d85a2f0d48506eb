/** `nightloom doctor`: every prerequisite checked, as a JSON array on stdout. Changes nothing but fetches a server if none is there. */
import { createServer } from 'node:net';
import type { DoctorCheck } from '../contracts/doctor-routes.ts';
import { ERRORS } from '../contracts/error-catalogue.ts';
import { AppError } from '../contracts/errors.ts';
import { AGENTS } from '../contracts/vocabulary.ts';
import { agentEnvironment } from '../host/agents/environment.ts';
import { badCheck, goodCheck, machineChecks } from '../host/project/machine-checks.ts';
import { agentFindings } from '../host/project/preflight-agent.ts';
import { toSettings } from '../host/project/settings-values.ts';
import { readEnvironment } from '../platform/environment.ts';
import { silentLogger } from '../platform/logger.ts';
import { defaultHome, statePaths } from '../platform/paths.ts';
import { findTemporalBinary, sharedCacheDirectory } from '../temporal/binary.ts';
import {
  askServerVersion,
  connectTemporal,
  externalTemporalConfig,
  hasExternalTemporal,
} from '../temporal/connection.ts';
import { findEmbeddedServer } from '../temporal/embedded-server.ts';
import { awakeCheck } from './awake-check.ts';
import { isStackAlive } from './stack-record.ts';

const VERSION_TIMEOUT_MS = 5000;
const DEFAULT_PORTS = [7780, 7233, 8233];

const environment = readEnvironment();
const home = defaultHome(environment);
const paths = statePaths(home);
const groups = await Promise.all([
  machineChecks({ home, base: environment.raw, cwd: process.cwd() }),
  temporal(),
  ports(),
  awakeCheck(home, environment),
  agents(),
]);
process.stdout.write(`${JSON.stringify(groups.flat())}\n`);

async function temporal(): Promise<DoctorCheck[]> {
  if (hasExternalTemporal(environment)) return [await externalTemporal()];
  const running = await findEmbeddedServer(home);
  if (running !== null) return [goodCheck('temporal', `embedded server ${running.version} runs at ${running.address}`)];
  try {
    const binary = await findTemporalBinary({
      environment,
      cacheDirectory: sharedCacheDirectory(environment),
      logger: silentLogger,
    });
    return [goodCheck('temporal', `server ${binary.serverVersion} (${binary.source}), started by \`nightloom up\``)];
  } catch (error) {
    return [
      badCheck(
        'temporal',
        'error',
        error instanceof Error ? error.message : String(error),
        ERRORS.temporal_binary_missing.hint,
      ),
    ];
  }
}

async function externalTemporal(): Promise<DoctorCheck> {
  try {
    const config = externalTemporalConfig(environment);
    const client = connectTemporal(config);
    try {
      const version = await askServerVersion(client.connection, VERSION_TIMEOUT_MS);
      return goodCheck('temporal', `server ${version} at ${config.address}, namespace ${config.namespace}`);
    } finally {
      await client.close();
    }
  } catch (error) {
    const hint = AppError.is(error) ? ERRORS[error.code].hint : ERRORS.temporal_unreachable.hint;
    return badCheck('temporal', 'error', error instanceof Error ? error.message : String(error), hint);
  }
}

/** Taken ports are no fault: others are found. They are said because people look for the usual ones. */
async function ports(): Promise<DoctorCheck[]> {
  if (isStackAlive(paths.stackFile)) return [goodCheck('ports', 'in use by the running stack')];
  const taken: number[] = [];
  for (const port of DEFAULT_PORTS) if (!(await isFree(port))) taken.push(port);
  if (taken.length === 0) return [goodCheck('ports', `${DEFAULT_PORTS.join(', ')} are free`)];
  return [goodCheck('ports', `${taken.join(', ')} taken by other programs: free ones are used instead`)];
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen({ host: '127.0.0.1', port }, () => server.close(() => resolve(true)));
  });
}

/** An agent that is not installed is an error only if it is the default one. */
async function agents(): Promise<DoctorCheck[]> {
  const checks: DoctorCheck[] = [];
  for (const name of AGENTS) {
    if (name === 'command') continue;
    const settings = toSettings({ agent: { name } });
    const env = agentEnvironment({ base: environment.raw, agent: name, projectEnv: {} });
    const findings = (await agentFindings(settings, '/', env)).filter((finding) => finding.level !== 'info');
    if (findings.length === 0) checks.push(goodCheck(`agent ${name}`, 'found, and ready to work'));
    for (const finding of findings)
      checks.push(
        badCheck(
          `agent ${name}`,
          name === 'claude' ? 'error' : 'warning',
          finding.message,
          finding.repair ?? 'See docs/agents.md.',
        ),
      );
  }
  return checks;
}
