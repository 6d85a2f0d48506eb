/** `nightloom doctor`: every prerequisite checked, as a JSON array on stdout. Changes nothing but fetches a server if none is there. */
import { statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { ERRORS } from '../contracts/error-catalogue.ts';
import { AppError } from '../contracts/errors.ts';
import { AGENTS } from '../contracts/vocabulary.ts';
import { agentEnvironment } from '../host/agents/environment.ts';
import { agentFindings } from '../host/project/preflight-agent.ts';
import { keepAwakeSetting } from '../host/project/settings.ts';
import { toSettings } from '../host/project/settings-values.ts';
import { readEnvironment } from '../platform/environment.ts';
import { exec, findExecutable } from '../platform/exec.ts';
import { silentLogger } from '../platform/logger.ts';
import { defaultHome, ensureStateDirectory, statePaths } from '../platform/paths.ts';
import { findTemporalBinary, sharedCacheDirectory } from '../temporal/binary.ts';
import {
  askServerVersion,
  connectTemporal,
  externalTemporalConfig,
  hasExternalTemporal,
} from '../temporal/connection.ts';
import { findEmbeddedServer } from '../temporal/embedded-server.ts';
import { canKeepAwake } from './keep-awake.ts';
import { isStackAlive } from './stack-record.ts';

/** One finding. */
interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly level: 'error' | 'warning' | 'info';
  readonly message: string;
  readonly repair: string | null;
}

const MIN_NODE = 24;
const LOW_DISK_BYTES = 2 * 1024 ** 3;
const VERSION_TIMEOUT_MS = 5000;
const DEFAULT_PORTS = [7780, 7233, 8233];

const environment = readEnvironment();
const home = defaultHome(environment);
const paths = statePaths(home);
const groups = await Promise.all([
  node(),
  git(),
  identity(),
  stateDirectory(),
  disk(),
  temporal(),
  ports(),
  awake(),
  agents(),
]);
process.stdout.write(`${JSON.stringify(groups.flat())}\n`);

function good(name: string, message: string): Check {
  return { name, ok: true, level: 'info', message, repair: null };
}

function bad(name: string, level: 'error' | 'warning', message: string, repair: string): Check {
  return { name, ok: false, level, message, repair };
}

async function node(): Promise<Check[]> {
  const major = Number(process.versions.node.split('.')[0]);
  return [
    major >= MIN_NODE
      ? good('node', `Node ${process.versions.node}`)
      : bad('node', 'error', `Node ${process.versions.node} is too old.`, ERRORS.node_missing.hint),
  ];
}

async function git(): Promise<Check[]> {
  const found = await findExecutable('git', environment.path);
  if (found === null) return [bad('git', 'error', 'git was not found.', 'Install git (2.30 or newer).')];
  const result = await exec(['git', '--version'], { cwd: '/', env: environment.raw });
  return [good('git', result.stdout.trim())];
}

async function identity(): Promise<Check[]> {
  const asked = await Promise.all(
    ['user.name', 'user.email'].map((key) =>
      exec(['git', 'config', '--get', key], { cwd: process.cwd(), env: environment.raw }),
    ),
  );
  const [name, email] = asked.map((result) => result.stdout.trim());
  if (name && email) return [good('git identity', `${name} <${email}>`)];
  return [
    bad(
      'git identity',
      'error',
      'git does not know who commits (here).',
      'git config --global user.name "..." && git config --global user.email "..."',
    ),
  ];
}

async function stateDirectory(): Promise<Check[]> {
  try {
    await ensureStateDirectory(home);
    return [good('state directory', `${home}, only for its owner`)];
  } catch (error) {
    return [
      bad(
        'state directory',
        'error',
        error instanceof Error ? error.message : String(error),
        ERRORS.state_dir_unusable.hint,
      ),
    ];
  }
}

async function disk(): Promise<Check[]> {
  const found = await statfs(home).catch(() => null);
  if (found === null) return [];
  const freeBytes = found.bavail * found.bsize;
  const text = `${(freeBytes / 1024 ** 3).toFixed(1)} GB free at ${home}`;
  return [freeBytes >= LOW_DISK_BYTES ? good('disk', text) : bad('disk', 'warning', text, 'nightloom prune')];
}

async function temporal(): Promise<Check[]> {
  if (hasExternalTemporal(environment)) return [await externalTemporal()];
  const running = await findEmbeddedServer(home);
  if (running !== null) return [good('temporal', `embedded server ${running.version} runs at ${running.address}`)];
  try {
    const binary = await findTemporalBinary({
      environment,
      cacheDirectory: sharedCacheDirectory(environment),
      logger: silentLogger,
    });
    return [good('temporal', `server ${binary.serverVersion} (${binary.source}), started by \`nightloom up\``)];
  } catch (error) {
    return [
      bad(
        'temporal',
        'error',
        error instanceof Error ? error.message : String(error),
        ERRORS.temporal_binary_missing.hint,
      ),
    ];
  }
}

async function externalTemporal(): Promise<Check> {
  try {
    const config = externalTemporalConfig(environment);
    const client = connectTemporal(config);
    try {
      const version = await askServerVersion(client.connection, VERSION_TIMEOUT_MS);
      return good('temporal', `server ${version} at ${config.address}, namespace ${config.namespace}`);
    } finally {
      await client.close();
    }
  } catch (error) {
    const hint = AppError.is(error) ? ERRORS[error.code].hint : ERRORS.temporal_unreachable.hint;
    return bad('temporal', 'error', error instanceof Error ? error.message : String(error), hint);
  }
}

/** Taken ports are no fault: others are found. They are said because people look for the usual ones. */
async function ports(): Promise<Check[]> {
  if (isStackAlive(paths.stackFile)) return [good('ports', 'in use by the running stack')];
  const taken: number[] = [];
  for (const port of DEFAULT_PORTS) if (!(await isFree(port))) taken.push(port);
  if (taken.length === 0) return [good('ports', `${DEFAULT_PORTS.join(', ')} are free`)];
  return [good('ports', `${taken.join(', ')} taken by other programs: free ones are used instead`)];
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen({ host: '127.0.0.1', port }, () => server.close(() => resolve(true)));
  });
}

/** A machine that falls asleep is no fault of ours, but it costs the night. */
async function awake(): Promise<Check[]> {
  const wish = await keepAwakeSetting(home);
  if (wish === 'never') return [good('keep awake', 'off: the machine may fall asleep while a batch runs')];
  if (await canKeepAwake(environment.path, environment.raw)) {
    const when = wish === 'always' ? '' : ' and has mains power';
    return [good('keep awake', `the machine is kept awake while a batch runs${when}`)];
  }
  return [
    bad(
      'keep awake',
      'warning',
      'Nothing here keeps the machine awake while a batch runs.',
      'Switch automatic sleep off in its energy settings.',
    ),
  ];
}

/** An agent that is not installed is an error only if it is the default one. */
async function agents(): Promise<Check[]> {
  const checks: Check[] = [];
  for (const name of AGENTS) {
    if (name === 'command') continue;
    const settings = toSettings({ agent: { name } });
    const env = agentEnvironment({ base: environment.raw, agent: name, projectEnv: {} });
    const findings = (await agentFindings(settings, '/', env)).filter((finding) => finding.level !== 'info');
    if (findings.length === 0) checks.push(good(`agent ${name}`, 'found, and ready to work'));
    for (const finding of findings)
      checks.push(
        bad(
          `agent ${name}`,
          name === 'claude' ? 'error' : 'warning',
          finding.message,
          finding.repair ?? 'See docs/agents.md.',
        ),
      );
  }
  return checks;
}
