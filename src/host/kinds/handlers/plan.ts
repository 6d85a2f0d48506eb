/** Kinds that a project defines itself, on its host: found, checked before they are queued, and how their runs begin. */
import { realpath } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { AppError } from '../../../contracts/errors.ts';
import type { WorkOrder } from '../../../contracts/order.ts';
import type { Settings } from '../../../contracts/settings.ts';
import { exec } from '../../../platform/exec.ts';
import type { StatePaths } from '../../../platform/paths.ts';
import { githubPlace } from '../../github/open.ts';
import { isRecord, readJson } from '../../runs/run-directory.ts';
import { temporaryDirectory } from '../../runs/temporary-directory.ts';
import { EVENTS_FILE, HANDLED_FILE, SAID, TOKEN_VARIABLE } from './protocol.ts';
import type { CheckAnswer, CheckOrder, Handled, RunOrder } from './protocol.ts';

const PROGRAM = fileURLToPath(new URL('./handler-process.ts', import.meta.url));
/** Modules may import much; parameters are checked while somebody waits. */
const CHECK_TIMEOUT_MS = 30_000;

/** How to start the process of a handler; `argv` is looked up nowhere. */
export interface HandlerPlan {
  readonly argv: readonly [string, ...string[]];
  readonly stdin: string;
  /** Beside what every run gets. */
  readonly env: Readonly<Record<string, string>>;
}

const AnswerSchema: z.ZodType<CheckAnswer> = z.object({
  kinds: z.array(z.string()),
  checked: z
    .union([
      z.object({ mistakes: z.array(z.object({ path: z.string(), message: z.string() })) }),
      z.object({ params: z.unknown() }),
    ])
    .nullable(),
});

/** What the process of a handler needs. */
function programOf(paths: Pick<StatePaths, 'cache'>) {
  return {
    argv: [process.execPath, '--disable-warning=ExperimentalWarning', PROGRAM] as const,
    env: { NODE_COMPILE_CACHE: join(paths.cache, 'handlers') },
  };
}

/**
 * Asks the project's modules whether they define a kind, and checks its parameters there.
 * @throws AppError handler_broken (a module cannot be loaded, or takes too long), invalid_settings (a path leads out)
 */
export async function askHandlers(
  paths: Pick<StatePaths, 'cache'>,
  checkout: string,
  settings: Pick<Settings, 'handlers'>,
  asked: Pick<CheckOrder, 'kind' | 'params'> & { readonly env: Readonly<Record<string, string>> },
): Promise<CheckAnswer> {
  if (settings.handlers.length === 0) return { kinds: [], checked: null };
  const { env, kind, params } = asked;
  const order: CheckOrder = { action: 'check', modules: await modulesOf(checkout, settings), kind, params };
  const program = programOf(paths);
  const ended = await exec(program.argv, {
    cwd: checkout,
    env: { ...env, ...program.env },
    input: JSON.stringify(order),
    timeoutMs: CHECK_TIMEOUT_MS,
  });
  const line = ended.stdout.split('\n').findLast((each) => each.startsWith(SAID));
  const answer = AnswerSchema.safeParse(line === undefined ? null : JSON.parse(line.slice(SAID.length)));
  if (answer.success) return answer.data;
  const why = ended.timedOut ? `they took more than ${CHECK_TIMEOUT_MS} ms` : lastError(ended.stderr);
  throw new AppError('handler_broken', `The handlers of ${checkout} cannot be loaded: ${why}.`);
}

/** How the run of an order begins. @throws AppError invalid_settings (a path leads out of the checkout) */
export async function planHandler(
  paths: Pick<StatePaths, 'cache' | 'home'>,
  order: WorkOrder,
  place: {
    readonly workspace: string;
    readonly directory: string;
    readonly settings: Settings;
    readonly params: Readonly<Record<string, unknown>>;
    /** Secret; null: there is none. */
    readonly githubToken: string | null;
  },
): Promise<HandlerPlan> {
  const { workspace, directory, settings, params, githubToken } = place;
  const { env: _env, ...config } = settings;
  const asked: RunOrder = {
    action: 'run',
    modules: await modulesOf(order.projectPath, settings),
    kind: order.kind,
    params,
    task: { id: order.task, name: order.input.name, attempt: order.attempt, batchId: order.batch },
    project: { id: order.project, name: order.projectName, checkout: order.projectPath },
    workspace,
    config,
    stateDirectory: join(paths.home, 'values', order.project),
    temporaryDirectory: temporaryDirectory(directory),
    handledFile: join(directory, HANDLED_FILE),
    eventsFile: join(directory, EVENTS_FILE),
    github: await githubOf(order.projectPath, settings),
  };
  const program = programOf(paths);
  const token = githubToken === null ? {} : { [TOKEN_VARIABLE]: githubToken };
  return { argv: program.argv, stdin: JSON.stringify(asked), env: { ...program.env, ...token } };
}

/** How the handler of a run ended; null: nobody knows. */
export function readHandled(directory: string): Handled | null {
  const value = readJson(join(directory, HANDLED_FILE));
  if (!isRecord(value)) return null;
  const { success, message, data = null } = value;
  return typeof success === 'boolean' && typeof message === 'string' ? { success, message, data } : null;
}

/** Real paths of the modules, each inside the checkout. */
async function modulesOf(checkout: string, { handlers }: Pick<Settings, 'handlers'>): Promise<string[]> {
  const top = await realpath(checkout);
  return await Promise.all(
    handlers.map(async (wanted) => {
      const file = await realpath(resolve(top, wanted)).catch(() => null);
      const way = file === null ? '..' : relative(top, file);
      if (file !== null && way !== '..' && !way.startsWith('../') && !isAbsolute(way)) return file;
      const what = file === null ? 'is not there' : 'leads out of the project';
      throw new AppError('invalid_settings', `handlers: ${JSON.stringify(wanted)} ${what}.`, {
        details: { mistakes: [{ file: checkout, path: 'handlers', message: `${wanted} ${what}` }] },
      });
    }),
  );
}

/** Whoever does not use it need not have it. */
async function githubOf(checkout: string, { github }: Settings): Promise<RunOrder['github']> {
  try {
    return await githubPlace(checkout, github);
  } catch (error) {
    if (!AppError.is(error)) throw error;
    return { problem: error.message };
  }
}

function lastError(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.trim());
  const found = lines.find((line) => /^\w*Error\b/.test(line)) ?? lines.findLast((line) => line !== '');
  return (found ?? 'no reason was given').slice(0, 400);
}
