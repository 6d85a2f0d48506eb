/** How long the user waits: for the stack, and for the command line. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { readEnvironment } from '../src/platform/environment.ts';
import { silentLogger } from '../src/platform/logger.ts';
import { findTemporalBinary, sharedCacheDirectory } from '../src/temporal/binary.ts';
import { choosePort, LOOPBACK } from '../src/temporal/ports.ts';
import { serverArguments } from '../src/temporal/server-arguments.ts';
import { waitForServer } from '../src/temporal/server-health.ts';
import type { BenchOptions } from './run.ts';
import { median } from './support/numbers.ts';
import { makeFolder } from './support/place.ts';
import type { BenchResult, Figure } from './support/result.ts';
import { LAUNCHER, stackEnvironment, startStack } from './support/stack.ts';

const ROUNDS = 5;
const COMMAND_ROUNDS = 15;

/** `up` in a new state directory, `--help`, `status`. */
export async function startup(options: BenchOptions): Promise<BenchResult> {
  const ups: number[] = [];
  const servers: number[] = [];
  for (let round = 0; round < (options.rounds ?? ROUNDS); round += 1) {
    servers.push(await bareServer());
    const stack = await startStack('startup');
    ups.push(stack.startupMs);
    await stack.stop();
  }
  const stack = await startStack('status');
  try {
    const env = stackEnvironment(stack.home);
    const commands = await commandTimes(env);
    return {
      name: 'startup',
      figures: [
        {
          metric: 'up to healthy, new state directory',
          unit: 'ms',
          ours: median(ups),
          floor: median(servers),
          target: { of: 'value', atMost: 4000 },
          rounds: ups,
          floorRounds: servers,
        },
        commandFigure('nightloom --help', commands.help, commands.node, 4),
        commandFigure('nightloom status', commands.status, commands.node, null),
      ],
      notes: ['Floor of `up`: the bare Temporal server until it answers. Floor of the commands: `node -e 0`.'],
    };
  } finally {
    await stack.stop();
  }
}

function commandFigure(
  metric: string,
  ours: readonly number[],
  floor: readonly number[],
  atMost: number | null,
): Figure {
  return {
    metric,
    unit: 'ms',
    ours: median(ours),
    floor: median(floor),
    target: atMost === null ? null : { of: 'ratio', atMost },
    rounds: ours,
    floorRounds: floor,
  };
}

async function commandTimes(env: NodeJS.ProcessEnv) {
  const times: Record<'node' | 'help' | 'status', number[]> = { node: [], help: [], status: [] };
  // The first time fills the compile cache.
  for (const args of [['--help'], ['status']]) await timed(LAUNCHER, args, env);
  for (let round = 0; round < COMMAND_ROUNDS; round += 1) {
    times.node.push(await timed(process.execPath, ['-e', '0'], env));
    times.help.push(await timed(LAUNCHER, ['--help'], env));
    times.status.push(await timed(LAUNCHER, ['status'], env));
  }
  return times;
}

async function timed(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const startedAt = performance.now();
  await new Promise<void>((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: 'ignore' });
    child.once('error', reject);
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`${program} ${args.join(' ')}: ${code}`))));
  });
  return performance.now() - startedAt;
}

async function bareServer(): Promise<number> {
  const environment = readEnvironment();
  const cacheDirectory = sharedCacheDirectory(environment);
  const binary = await findTemporalBinary({ environment, cacheDirectory, logger: silentLogger });
  const folder = await makeFolder('server');
  const port = await choosePort([]);
  const uiPort = await choosePort([], [port]);
  const startedAt = performance.now();
  const server = spawn(binary.path, serverArguments({ port, uiPort, databaseFile: join(folder.path, 'temporal.db') }), {
    cwd: folder.path,
    stdio: 'ignore',
  });
  const exit = new Promise((resolve) => server.once('exit', resolve));
  const version = await waitForServer(`${LOOPBACK}:${port}`, 30_000, async () => server.exitCode !== null);
  const tookMs = performance.now() - startedAt;
  server.kill('SIGTERM');
  await exit;
  await folder.dispose();
  if (version === null) throw new Error('The bare Temporal server did not start.');
  return tookMs;
}
