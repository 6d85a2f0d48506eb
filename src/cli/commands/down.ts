/** `nightloom down` */
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../contracts/errors.ts';
import { connect } from '../connect.ts';
import type { Connection } from '../connect.ts';
import type { CliContext, Handler } from '../context.ts';
import { newCommandId } from '../output.ts';
import { isAlive, signalProcess } from '../process-identity.ts';
import { planPurge, purge } from '../purge.ts';
import { counted } from '../render/text.ts';
import { allBatches } from '../resolve.ts';
import { isRecordAlive, readStackRecord } from '../stack-record.ts';
import type { StackRecord } from '../stack-record.ts';
import { findStack } from '../stack.ts';

/** The worker's own shutdown is bounded by 10 s, its supervisor's by 15 s. */
const STOP_TIMEOUT_MS = 30_000;
const AGENTS_TIMEOUT_MS = 60_000;
const POLL_MS = 50;

/** Flags of `down`. */
interface DownFlags {
  readonly agents?: boolean;
  readonly purge?: boolean;
  readonly yes?: boolean;
}

/**
 * Stops the stack; without one there is nothing to do.
 * @throws AppError stack_held when it does not end; task_running when agents do not; invalid_input with NIGHTLOOM_URL
 */
export const down: Handler<DownFlags> = async (context, flags) => {
  refuseElsewhere(context);
  const plan = flags.purge === true ? await planPurge(context) : null;
  if (plan !== null && !(await plan.agreed(flags.yes === true))) return 0;
  const running = await endAgentsOrCount(context, flags.agents === true || plan !== null);
  const record = await readStackRecord(context.paths.stackFile);
  const stopped = record !== null && (await stopStack(record));
  context.print(stopped ? `The stack has stopped.${goOnText(running)}` : 'No stack is running.');
  if (plan !== null) await purge(context, plan);
  return 0;
};

/** Commands to an API elsewhere and a stop of the stack here must not be mixed up. */
function refuseElsewhere({ environment, paths }: CliContext): void {
  if (environment.apiUrl === null) return;
  throw new AppError(
    'invalid_input',
    `NIGHTLOOM_URL names a stack elsewhere; \`down\` stops only that of ${paths.home}.`,
    {
      details: { next: 'unset NIGHTLOOM_URL, then `nightloom down`.' },
    },
  );
}

function goOnText(running: number): string {
  if (running === 0) return '';
  const verb = running === 1 ? 'goes' : 'go';
  return ` ${counted(running, 'agent')} ${verb} on running; \`nightloom up\` re-attaches.`;
}

/** Number of agents that will go on running. */
async function endAgentsOrCount(context: CliContext, endAgents: boolean): Promise<number> {
  if ((await findStack(context)) === null) {
    if (endAgents)
      context.note(
        'No stack is running, so no agent was asked to end; those of a killed stack end with `nightloom up`, then `nightloom down --agents`.',
      );
    return 0;
  }
  const connection = await connect(context);
  if (endAgents) await pauseAll(context, connection);
  return (await connection.client.call('status')).running;
}

/** Pauses every running batch at once, so that sessions can be resumed, and waits until the agents are gone. */
async function pauseAll(context: CliContext, { client }: Connection): Promise<void> {
  const running = await allBatches(client, { status: 'running' });
  // A paused batch lets its task end; here that task is stopped too.
  const paused = await allBatches(client, { status: 'paused' });
  const batches = [...running, ...paused.filter((batch) => batch.counts.running > 0)];
  for (const { id } of batches) {
    await client.call('pauseBatch', { params: { id }, body: { commandId: newCommandId(), now: true } });
  }
  if (batches.length > 0)
    context.note(`Paused ${counted(batches.length, 'batch', 'batches')}; waiting for the agents to end.`);
  const deadline = performance.now() + AGENTS_TIMEOUT_MS;
  while ((await client.call('status')).running > 0) {
    if (performance.now() > deadline) {
      throw new AppError('task_running', 'Some agents did not end within a minute.', {
        details: { next: '`nightloom task list --status running`, then `nightloom down --agents` again.' },
      });
    }
    await sleep(POLL_MS * 4);
  }
}

/**
 * Asks the recorded processes to end and waits for them. False if none of them lives.
 * @throws AppError stack_held when one is still there after 30 s
 */
async function stopStack(record: StackRecord): Promise<boolean> {
  const all = [{ role: 'control', pid: record.pid, startTime: record.startTime }, ...record.processes];
  if (await isRecordAlive(record)) await signalProcess(record.pid, record.startTime, 'SIGTERM');
  else {
    // The control process was killed: what it left behind is asked one by one.
    const asked = await Promise.all(record.processes.map((each) => signalProcess(each.pid, each.startTime, 'SIGTERM')));
    if (!asked.includes(true)) return false;
  }
  const deadline = performance.now() + STOP_TIMEOUT_MS;
  for (;;) {
    const alive = await Promise.all(all.map((each) => isAlive(each.pid, each.startTime)));
    const left = all.filter((_, index) => alive[index] === true);
    if (left.length === 0) return true;
    if (performance.now() > deadline) {
      const named = left.map(({ role, pid }) => `${role} (pid ${pid})`).join(', ');
      throw new AppError('stack_held', `Still running after ${STOP_TIMEOUT_MS / 1000} s: ${named}.`);
    }
    await sleep(POLL_MS);
  }
}
