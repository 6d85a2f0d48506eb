/** What a batch costs while it waits for a usage limit: history events, and processor time of the whole stack. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchOptions } from './run.ts';
import { processorSeconds } from './support/processor.ts';
import { makeFolder, makeRepository } from './support/place.ts';
import type { BenchResult } from './support/result.ts';
import { historyLengths } from './support/events.ts';
import { startStack } from './support/stack.ts';
import type { Stack } from './support/stack.ts';

/** How long is looked; `--agent-seconds` says otherwise. */
const LOOK_SECONDS = 180;
/** Until the hold is recorded and the lane is given back. */
const SETTLE_MS = 8000;
const HELD_WITHIN_MS = 60_000;
const REQUIREMENT = '# Wait\n\n```script\nlimit 8h\n```\n';

/** One batch meets a limit of eight hours; then nobody touches anything. */
export async function waiting(options: BenchOptions): Promise<BenchResult> {
  const folder = await makeFolder('waiting');
  const stack = await startStack('waiting');
  try {
    const batch = await startHeld(stack, join(folder.path, 'project'));
    await sleep(SETTLE_MS);
    const seconds = options.agentSeconds ?? LOOK_SECONDS;
    const before = await look(stack, batch);
    await sleep(seconds * 1000);
    const after = await look(stack, batch);
    const perHour = 3600 / seconds;
    const events = (after.events - before.events) * perHour;
    const busy = ((after.busySeconds - before.busySeconds) / seconds) * 100;
    return {
      name: 'waiting',
      figures: [
        {
          metric: 'history events per hour, batch and lanes',
          unit: '',
          ours: events,
          floor: null,
          target: { of: 'value', atMost: 2 },
          rounds: [events],
          floorRounds: [],
        },
        {
          metric: 'processor, all processes of the stack',
          unit: '% of one',
          ours: busy,
          floor: null,
          target: null,
          rounds: [busy],
          floorRounds: [],
        },
      ],
      notes: [`Looked at for ${seconds} s: a single event would show as ${perHour} an hour.`],
    };
  } finally {
    await stack.stop();
    await folder.dispose();
  }
}

async function startHeld(stack: Stack, directory: string): Promise<string> {
  await makeRepository({ directory, tasks: 1, agent: ['true'] });
  await writeFile(join(directory, '.claude', 'commands', 'wait.md'), REQUIREMENT);
  const project = await stack.client.call('addProject', { body: { path: directory } });
  const body = {
    name: 'Waiting',
    tasks: [{ projectId: project.id, requirementName: 'wait' }],
    flags: { agent: { name: 'scripted' as const } },
  };
  const { id } = await stack.client.call('createBatch', { body });
  await stack.start(id);
  const deadline = performance.now() + HELD_WITHIN_MS;
  while ((await stack.client.call('getBatch', { params: { id } })).hold?.reason !== 'usage_limit') {
    if (performance.now() > deadline) throw new Error('The batch did not meet its limit.');
    await sleep(200);
  }
  return id;
}

async function look(stack: Stack, batch: string): Promise<{ events: number; busySeconds: number }> {
  const status = await stack.status();
  return { events: await historyLengths(status, batch), busySeconds: await processorSeconds(status) };
}
