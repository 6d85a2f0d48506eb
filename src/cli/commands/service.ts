/** `nightloom service install | remove | status` */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AppError } from '../../contracts/errors.ts';
import { exec, succeeded } from '../../platform/exec.ts';
import { ensureStateDirectory } from '../../platform/paths.ts';
import type { CliContext, Handler } from '../context.ts';
import { printEither } from '../output.ts';
import { shellWord } from '../render/text.ts';
import { serviceFile } from '../service-file.ts';
import type { ServiceFile } from '../service-file.ts';

const LAUNCHER = fileURLToPath(new URL('../../../nightloom', import.meta.url));
const TIMEOUT_MS = 60_000;

/** Writes the file. @throws AppError invalid_input where there is no service manager; environment errors of `--now` */
export const installService: Handler<{ now?: boolean }> = async (context, flags) => {
  const service = requireService(context);
  await ensureStateDirectory(context.paths.home);
  await mkdir(dirname(service.file), { recursive: true });
  await writeFile(service.file, service.text, { mode: 0o600 });
  context.print([`Wrote ${service.file}:`, '', service.text.trimEnd(), ''].join('\n'));
  if (flags.now === true) await runAll(context, service.enable);
  else context.print(['Turn it on:', ...lines(service.enable)].join('\n'));
  for (const { why, command } of service.also) context.print(`${why}: ${command}`);
  context.print(
    'No credentials are in it: an agent that needs a token from the environment finds it there only if you say so (docs/operations.md).',
  );
  return 0;
};

/** Removes the file; one that is not there is fine. */
export const removeService: Handler<{ now?: boolean }> = async (context, flags) => {
  const service = requireService(context);
  if ((await readText(service.file)) === null) {
    context.print(`There is no ${service.file}.`);
    return 0;
  }
  if (flags.now === true) await runAll(context, service.disable);
  await rm(service.file, { force: true });
  context.print(`Removed ${service.file}.`);
  if (flags.now !== true) context.print(['If it is on, turn it off:', ...lines(service.disable)].join('\n'));
  return 0;
};

/** Whether file and service are there. */
export const serviceStatus: Handler<{ json?: boolean }> = async (context, flags) => {
  const service = requireService(context);
  const text = await readText(service.file);
  const enabled = text !== null && succeeded(await execute(context, service.ask));
  const current = text === service.text;
  const { manager, file } = service;
  printEither(context, flags.json, { manager, file, installed: text !== null, current, enabled }, () => {
    if (text === null) return [`Not installed (${manager}): nightloom service install`];
    return [
      `${file}: ${current ? 'as this version writes it' : 'differs from what this version writes: nightloom service install'}`,
      enabled
        ? `${manager} starts it with the machine.`
        : ['It is not turned on:', ...lines(service.enable)].join('\n'),
    ];
  });
  return 0;
};

/** Whether the stack of this state directory comes back by itself after a reboot. */
export async function startsWithMachine(context: CliContext): Promise<boolean> {
  const service = serviceOf(context);
  return service !== null && (await readText(service.file))?.includes(context.paths.home) === true;
}

function requireService(context: CliContext): ServiceFile {
  const service = serviceOf(context);
  if (service !== null) return service;
  throw new AppError('invalid_input', 'This system has neither systemd nor launchd.', {
    details: { next: 'Have `nightloom up` started by whatever starts programs here.' },
  });
}

function serviceOf({ environment, paths }: CliContext): ServiceFile | null {
  return serviceFile({
    platform: process.platform,
    home: environment.home,
    configHome: environment.xdgConfigHome,
    launcher: LAUNCHER,
    stateDirectory: paths.home,
    path: environment.path,
  });
}

async function runAll(context: CliContext, commands: ServiceFile['enable']): Promise<void> {
  for (const argv of commands) {
    const result = await execute(context, argv);
    if (succeeded(result)) context.print(`Done: ${commandLine(argv)}`);
    else {
      throw new AppError('service_refused', `${commandLine(argv)} failed:`, {
        details: { output: result.stderr.trimEnd().split('\n').slice(-15) },
      });
    }
  }
}

function execute({ environment }: CliContext, argv: readonly [string, ...string[]]) {
  return exec(argv, { cwd: '/', env: environment.raw, timeoutMs: TIMEOUT_MS });
}

function commandLine(argv: readonly string[]): string {
  return argv.map((word) => (word.startsWith('-') ? word : shellWord(word))).join(' ');
}

function lines(commands: ServiceFile['enable']): string[] {
  return commands.map((argv) => `  ${commandLine(argv)}`);
}

async function readText(file: string): Promise<string | null> {
  return await readFile(file, 'utf8').catch(() => null);
}
