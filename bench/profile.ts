/** `node bench/profile.ts [tasks]`: where the time of an instant task goes, by the times of its history events. */
import { eventsOfBatch } from './support/events.ts';
import type { HistoryEvent } from './support/events.ts';
import { compact, percentile } from './support/numbers.ts';
import { AGENT } from './support/place.ts';
import { perTaskMs, startStack } from './support/stack.ts';

const tasks = Number(process.argv[2] ?? 60);
const stack = await startStack('profile');
try {
  const batch = await stack.batch({ tasks, agent: [process.execPath, AGENT] });
  await stack.start(batch.id);
  const view = await stack.finish(batch.id);
  const events = await eventsOfBatch(await stack.status(), batch.id);
  print(`${compact(perTaskMs(view))} ms per task, ${compact(events.length / tasks)} events per task\n`);
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

/** Durations from schedule to start and from start to end, of workflow tasks and of every type of activity. */
function spans(events: readonly HistoryEvent[]): Map<string, number[]> {
  const found = new Map<string, number[]>();
  for (const event of events) {
    const from =
      event.after === null ? undefined : events.find((each) => each.run === event.run && each.id === event.after);
    if (from === undefined) continue;
    const name = `${event.subject ?? 'other'}: ${event.span}`;
    found.set(name, [...(found.get(name) ?? []), event.atMs - from.atMs]);
  }
  return found;
}
