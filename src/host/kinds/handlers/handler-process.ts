/**
 * The process of a handler: a program of its own, so that what a handler throws, holds up, leaks or ends is its own task
 * and nothing else. Reads its order from standard input. Loads as little as it can: it starts at every task.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { env, stdin } from 'node:process';
import { handlerContext, say } from './handler-context.ts';
import { checkValue, loadHandlers, provideNightloom } from './load-handlers.ts';
import { TOKEN_VARIABLE } from './protocol.ts';
import type { CheckAnswer, CheckOrder, Handled, HandlerOrder, RunOrder } from './protocol.ts';

const MAX_RESULT_BYTES = 1024 * 1024;
const MAX_MESSAGE = 1000;

const token = env[TOKEN_VARIABLE] ?? null;
delete env[TOKEN_VARIABLE];
delete env['NODE_COMPILE_CACHE'];

// Written by the host worker, which nobody else can do: the run's directory is its owner's alone.
const order: HandlerOrder = JSON.parse(await text(stdin));
provideNightloom();
if (order.action === 'check') await check(order);
else await run(order);

async function check({ modules, kind, params }: CheckOrder): Promise<void> {
  const handlers = await loadHandlers(modules);
  const handler = handlers.get(kind);
  const checked = handler === undefined ? null : await checkValue(handler.params, params);
  const answer: CheckAnswer = {
    kinds: [...handlers.keys()],
    checked: checked !== null && 'value' in checked ? { params: checked.value } : checked,
  };
  say(answer);
  process.exit(0);
}

async function run(running: RunOrder): Promise<void> {
  let isOver = false;
  const end = (handled: Handled): void => {
    if (isOver) return;
    isOver = true;
    keep(running.handledFile, handled);
    if (!handled.success) process.stderr.write(`${handled.message}\n`);
    process.exit(handled.success ? 0 : 1);
  };
  const abort = new AbortController();
  process.on('SIGTERM', () => abort.abort(new Error('The task was stopped.')));
  process.on('uncaughtException', (error) => end(failed(error)));
  process.on('unhandledRejection', (error) => end(failed(error)));
  // Also process.exit(0) of the handler, and a handler that waits for what never comes: nothing keeps the process alive.
  process.on('exit', () => {
    if (isOver) return;
    isOver = true;
    keep(running.handledFile, failed('The handler ended its process before it returned.'));
    process.exitCode = 1;
  });
  try {
    end(await handled(running, abort.signal));
  } catch (error) {
    end(failed(error));
  }
}

async function handled(running: RunOrder, signal: AbortSignal): Promise<Handled> {
  const handler = (await loadHandlers(running.modules)).get(running.kind);
  if (handler === undefined) return failed(`None of the handlers defines the kind ${running.kind} any more.`);
  const { id, ...facts } = running.task;
  const params = await checkValue(handler.params, running.params);
  if ('mistakes' in params) return failed(`params: ${textOf(params.mistakes)}`);
  const task = { id, params: params.value, metadata: { kind: running.kind, ...facts } };
  const outcome: unknown = await handler.run(task, handlerContext(running, token, signal));
  if (typeof outcome !== 'object' || outcome === null || typeof Reflect.get(outcome, 'success') !== 'boolean')
    return failed('The handler must return {success, data}.');
  const success = Reflect.get(outcome, 'success') === true;
  const said: unknown = Reflect.get(outcome, 'message');
  const message = typeof said === 'string' ? said.slice(0, MAX_MESSAGE) : success ? 'Done.' : 'The handler failed.';
  const given: unknown = Reflect.get(outcome, 'data') ?? null;
  if (!success) return { success, message, data: sized(given) ? given : null };
  const data =
    given === null && handler.result === undefined ? { value: null } : await checkValue(handler.result, given);
  if ('mistakes' in data) return failed(`The result is not as declared: ${textOf(data.mistakes)}`);
  if (!sized(data.value)) return failed(`The result is no JSON of at most ${MAX_RESULT_BYTES} bytes.`);
  return { success, message, data: data.value };
}

function sized(value: unknown): boolean {
  try {
    return Buffer.byteLength(JSON.stringify(value) ?? 'null') <= MAX_RESULT_BYTES;
  } catch {
    return false;
  }
}

function textOf(mistakes: readonly { readonly path: string; readonly message: string }[]): string {
  return mistakes.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ');
}

function failed(why: unknown): Handled {
  const message = why instanceof Error ? `${why.name}: ${why.message}` : String(why);
  if (why instanceof Error && why.stack !== undefined) process.stderr.write(`${why.stack}\n`);
  return { success: false, message: message.slice(0, MAX_MESSAGE), data: null };
}

function keep(file: string, what: Handled): void {
  writeFileSync(`${file}.tmp`, JSON.stringify(what), { mode: 0o600 });
  renameSync(`${file}.tmp`, file);
}
