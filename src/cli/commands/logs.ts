/** `nightloom logs` */
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../contracts/errors.ts';
import type { LogInfoView } from '../../contracts/log-views.ts';
import { isFinalTaskStatus } from '../../contracts/vocabulary.ts';
import { connect } from '../connect.ts';
import type { CliContext, Handler } from '../context.ts';
import { interruptSignal } from '../interrupt.ts';
import { operand } from '../output.ts';
import type { Client } from '../../client/client.ts';
import { createLogRenderer } from '../render/log.ts';
import type { LogRenderer } from '../render/log.ts';
import { resolveTask } from '../resolve.ts';
import { EXIT_INTERRUPTED } from '../exit-codes.ts';

const NEXT_STEP_POLL_MS = 500;
/** How long a script waits for a stack that went away; a person may wait as long as they like. */
const PATIENCE_MS = 120_000;

/** Flags of `logs`. */
interface LogsFlags {
  readonly follow?: boolean;
  readonly raw?: boolean;
  readonly attempt?: number;
  readonly step?: string;
  readonly stderr?: boolean;
}

interface Source {
  readonly client: Client;
  readonly task: string;
  readonly stream: 'stdout' | 'stderr';
  readonly raw: boolean;
  readonly signal: AbortSignal;
}

/** Prints the logs of a task's last attempt, with `--follow` until the task has ended. @throws AppError run_not_found */
export const logs: Handler<LogsFlags> = async (context, flags, args) => {
  const { client } = await connect(context);
  const task = await resolveTask(context, client, operand(args, 0));
  const interrupt = interruptSignal();
  const source: Source = {
    client,
    task,
    stream: flags.stderr === true ? 'stderr' : 'stdout',
    raw: flags.raw === true,
    signal: interrupt.signal,
  };
  try {
    if (flags.follow === true) await followTask(context, source, flags);
    else await printLogs(context, source, flags);
    return interrupt.signal.aborted ? EXIT_INTERRUPTED : 0;
  } catch (error) {
    if (interrupt.signal.aborted) return EXIT_INTERRUPTED;
    throw error;
  } finally {
    interrupt.release();
  }
};

/** The runs that the flags choose: those of one attempt, else of the last. */
export function chooseLogs(all: readonly LogInfoView[], flags: Pick<LogsFlags, 'attempt' | 'step'>): LogInfoView[] {
  const attempt = flags.attempt ?? Math.max(0, ...all.map((each) => each.attempt));
  return all.filter((each) => each.attempt === attempt && (flags.step === undefined || each.step === flags.step));
}

async function printLogs(context: CliContext, source: Source, flags: LogsFlags): Promise<void> {
  const { items } = await source.client.call('listLogs', { params: { id: source.task } });
  const chosen = chooseLogs(items, flags);
  if (chosen.length === 0) throw noLogs(source.task, items, flags);
  for (const log of chosen) {
    header(context, source, log, chosen.length > 1);
    await printLog(context, source, log);
  }
}

function noLogs(task: string, all: readonly LogInfoView[], flags: LogsFlags): AppError {
  if (all.length === 0) {
    return new AppError('run_not_found', `Task ${task} has no log yet.`, {
      details: { next: `\`nightloom logs ${task} -f\` waits for it.` },
    });
  }
  const wanted = [flags.attempt === undefined ? '' : `attempt ${flags.attempt}`, flags.step ?? ''].join(' ').trim();
  return new AppError('run_not_found', `Task ${task} has no log of ${wanted}; there are:`, {
    details: { available: all.map(({ attempt, step }) => `attempt ${attempt} ${step}`) },
  });
}

async function printLog(context: CliContext, source: Source, log: LogInfoView): Promise<void> {
  const print = printer(context, source.raw);
  let offset = 0;
  for (;;) {
    const range = await source.client.call('readLog', {
      params: { id: source.task },
      query: { attempt: log.attempt, step: log.step, stream: source.stream, offset },
      signal: source.signal,
    });
    print.push(range.text);
    if (range.nextOffset <= offset || range.nextOffset >= range.totalBytes) break;
    offset = range.nextOffset;
  }
  print.end();
}

/** Follows each run of the task in turn until the task has ended. */
async function followTask(context: CliContext, source: Source, flags: LogsFlags): Promise<void> {
  const shown = new Set<string>();
  while (!source.signal.aborted) {
    // Asked first: a run that appears between the two questions is seen by the next round.
    const { status } = await source.client.call('getTask', { params: { id: source.task } });
    const { items } = await source.client.call('listLogs', { params: { id: source.task } });
    const chosen = shown.size === 0 ? chooseLogs(items, flags) : items.filter((each) => matches(each, flags));
    const next = chosen.find((each) => !shown.has(keyOf(each)));
    if (next !== undefined) {
      header(context, source, next, true);
      await followLog(context, source, next);
      for (const log of items.slice(0, items.indexOf(next) + 1)) shown.add(keyOf(log));
    } else if (isFinalTaskStatus(status)) {
      return;
    } else {
      await sleep(NEXT_STEP_POLL_MS, undefined, { signal: source.signal });
    }
  }
}

function matches(log: LogInfoView, flags: LogsFlags): boolean {
  if (flags.attempt !== undefined && log.attempt !== flags.attempt) return false;
  return flags.step === undefined || log.step === flags.step;
}

function keyOf(log: LogInfoView): string {
  return `${log.attempt} ${log.step}`;
}

async function followLog(context: CliContext, source: Source, { attempt, step }: LogInfoView): Promise<void> {
  const print = printer(context, source.raw);
  const { client, task, stream, signal } = source;
  const patience = context.interactive ? {} : { patienceMs: PATIENCE_MS };
  for await (const range of client.followLog({ task, attempt, step, stream, offset: 0, signal, ...patience })) {
    print.push(range.text);
    if (range.ended) break;
  }
  print.end();
}

function header(context: CliContext, source: Source, log: LogInfoView, several: boolean): void {
  if (several && !source.raw) context.print(context.out.dim(`── ${log.step}, attempt ${log.attempt} ──`));
}

function printer(context: CliContext, raw: boolean): { push(text: string): void; end(): void } {
  if (raw) return { push: (text) => context.write(text), end: () => undefined };
  const renderer: LogRenderer = createLogRenderer({ style: context.out, nowMs: Date.now() });
  const printAll = (lines: readonly string[]): void => {
    for (const line of lines) context.print(line);
  };
  return { push: (text) => printAll(renderer.push(text)), end: () => printAll(renderer.end()) };
}
