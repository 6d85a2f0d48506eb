/**
 * `node bench/profile.ts [tasks]`: where the time of an instant task goes, by the times of its history events, and what
 * each process spent. On a busy machine only the processor times can be compared.
 */
import { readFile } from 'node:fs/promises';
import { eventsOfBatch } from './support/events.ts';
import type { HistoryEvent } from './support/events.ts';
import { compact, percentile } from './support/numbers.ts';
import { AGENT } from './support/place.ts';
import { perTaskMs, startStack } from './support/stack.ts';

process.stdout.on('error', () => undefined);
const tasks = Number(process.argv[2] ?? 60);
const stack = await startStack('profile');
try {
  const batch = await stack.batch({ tasks, agent: [process.execPath, AGENT] });
  const before = await cpuOf();
  await stack.start(batch.id);
  const view = await stack.finish(batch.id);
  const events = await eventsOfBatch(await stack.status(), batch.id);
  print(`${compact(perTaskMs(view))} ms per task, ${compact(events.length / tasks)} events per task\n`);
  const after = await cpuOf();
  for (const [role, [own, children]] of after) {
    const [ownBefore, childrenBefore] = before.get(role) ?? [0, 0];
    const [ms, below] = [own - ownBefore, children - childrenBefore].map((each) => compact(each / tasks));
    print(`${role.padEnd(9)} ${ms} ms of processor per task, its children ${below} ms`);
  }
  for (const [name, values] of spans(events)) {
    const share = values.reduce((sum, value) => sum + value, 0) / tasks;
    const [p50, p90] = [50, 90].map((p) => compact(percentile(values, p)));
    print(
      `${name.padEnd(44)} n ${String(values.length).padStart(4)}  p50 ${p50}  p90 ${p90}  per task ${compact(share)} ms`,
    );
  }
} finally {
  await stack.stop();
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Processor time of each process and of the children it has waited for, in ms; clock ticks are 10 ms (proc(5)). */
async function cpuOf(): Promise<Map<string, [own: number, children: number]>> {
  const { processes, temporalPid } = await stack.status();
  const found = new Map<string, [number, number]>();
  for (const { role, pid } of [...processes, { role: 'temporal', pid: temporalPid ?? 0 }]) {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [user = 0, system = 0, childUser = 0, childSystem = 0] = fields.slice(11, 15);
    found.set(role, [(user + system) * 10, (childUser + childSystem) * 10]);
  }
  return found;
}

/** A workflow task is told apart by the activity whose end it handles. */
function causeOf(events: readonly HistoryEvent[], from: HistoryEvent): string {
  if (from.subject !== 'workflow task' && from.subject !== null) return '';
  const ended = events.findLast(
    (each) => each.run === from.run && each.id < from.id && each.span === 'works' && each.subject !== 'workflow task',
  );
  return ended === undefined ? ' at the start' : ` after ${ended.subject ?? 'another'}`;
}

/** Durations from schedule to start and from start to end, of workflow tasks and of every type of activity. */
function spans(events: readonly HistoryEvent[]): Map<string, number[]> {
  const found = new Map<string, number[]>();
  for (const event of events) {
    const from =
      event.after === null ? undefined : events.find((each) => each.run === event.run && each.id === event.after);
    if (from === undefined) continue;
    const name = `${event.subject ?? 'other'}${causeOf(events, from)}: ${event.span}`;
    found.set(name, [...(found.get(name) ?? []), event.atMs - from.atMs]);
  }
  return found;
}
