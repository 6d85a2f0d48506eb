/** Child process of the store's tests: writes records and commands until it is killed. argv: file, batch number, mode. */
import { definition, details, attempt, record, taskId, batchId, newBatch, T0 } from '../../contract/store-fixtures.ts';
import { openStore } from '../../../src/store/open-store.ts';

const [file, numberText, mode] = process.argv.slice(2);
if (file === undefined || numberText === undefined) throw new Error('file and batch number are needed');
const number = Number(numberText);
const store = await openStore({ file });
const tasks = Array.from({ length: 50 }, (_, index) => number * 1000 + index);
await store.batches.create(
  newBatch(
    number,
    tasks.map((task) => definition(task, { name: `${number}-${task}` })),
  ),
);

const rounds = mode === 'forever' ? Number.MAX_SAFE_INTEGER : 100;
for (let seq = 1; seq <= rounds; seq += 1) {
  const changed = tasks.map((task) => ({
    state: { id: taskId(task), status: 'running' as const, rank: task, attempt: seq },
    details: details({ attempts: [attempt(1, { message: `round ${seq}` })], notes: [`round ${seq}`] }),
  }));
  const events = tasks.map((task) => ({
    id: `${taskId(task)}:${seq}`,
    type: 'task.step' as const,
    atMs: T0 + seq,
    batch: batchId(number),
    task: taskId(task),
    data: { seq },
  }));
  await store.record(record(number, { seq }, { tasks: changed, events, head: { status: 'running' } }), T0 + seq);
  await store.commands.begin({ id: `${number}:${seq}`, batch: batchId(number), type: 'pause', atMs: T0 });
  if (seq === 3) process.stdout.write('going\n');
}
await store.close();
