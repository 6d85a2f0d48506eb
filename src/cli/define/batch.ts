/** `batch` and `task` commands. */
import type { Command } from 'commander';
import { ON_FAILURE, ON_USAGE_LIMIT } from '../../contracts/vocabulary.ts';
import { defineLifecycle } from './lifecycle.ts';
import type { Registry } from './registry.ts';
import { addNeedFlags, addSettingsFlags } from './run.ts';

const PROJECT_FLAG = ['--project <dir>', 'repository (default: the one around the current directory)'] as const;
const JSON_FLAG = ['--json', 'print JSON'] as const;
const BATCH = ['<batch>', 'id, or name in the current project'] as const;
const TASK = ['<task>', 'id, or requirement name in the current project'] as const;

/** Defines `batch ...` and `task ...`. */
export function defineBatchCommands(program: Command, registry: Registry): void {
  const batch = program.command('batch').description('Batches: ordered lists of tasks.');
  defineCreateAndRead(batch, registry);
  defineControls(batch, registry);
  defineEdits(batch, registry);
  defineLifecycle(batch, registry);
  defineTaskCommands(program, registry);
}

function defineCreateAndRead(batch: Command, registry: Registry): void {
  const load = () => import('../commands/batch.ts');
  registry.on(
    addNeedFlags(
      addSettingsFlags(
        batch
          .command('create')
          .description('Make a batch; it is idle until started.')
          .argument('[requirement...]', 'names of files in .claude/commands')
          .option(...PROJECT_FLAG)
          .option('--all', 'every requirement not done yet')
          .option('--name <name>', 'name of the batch')
          .option('--start', 'start it at once'),
      ),
    )
      .option('--again', 'also take what an undelivered branch resolves already')
      .option(...JSON_FLAG),
    async () => (await load()).createBatch,
  );
  registry.on(
    batch
      .command('list')
      .description('List batches, newest first.')
      .option('--project <dir>', 'only of this repository')
      .option('--status <status>', 'only with this status')
      .option('--all', 'also what ended more than 7 days ago')
      .option('--deleted', 'only deleted ones, which `batch restore` brings back')
      .option(...JSON_FLAG),
    async () => (await load()).listBatches,
  );
  registry.on(
    batch
      .command('show')
      .description('Show one with its tasks.')
      .argument(...BATCH)
      .option(...JSON_FLAG),
    async () => (await load()).showBatch,
  );
}

const CONTROLS = [
  ['start', 'Start it.'],
  ['cancel', 'End the running task, keep its work, start nothing more.'],
  ['skip-wait', 'Do not wait any longer for what it waits for.'],
] as const;

function defineControls(batch: Command, registry: Registry): void {
  const load = () => import('../commands/batch-control.ts');
  for (const [name, description] of CONTROLS) {
    registry.on(
      batch
        .command(name)
        .description(description)
        .argument(...BATCH)
        .option(...JSON_FLAG),
      async () => (await load()).CONTROLS[name],
    );
  }
  registry.on(
    batch
      .command('resume')
      .description('Go on after a pause or a hold.')
      .argument('[batch]', BATCH[1])
      .option('--all', 'every batch that is paused')
      .option(...JSON_FLAG),
    async () => (await load()).CONTROLS.resume,
  );
  registry.on(
    batch
      .command('pause')
      .description('Let the running task end and start nothing more.')
      .argument('[batch]', BATCH[1])
      .option('--all', 'every batch that is running')
      .option('--now', 'stop the running task; its session can be resumed')
      .option(...JSON_FLAG),
    async () => (await load()).CONTROLS.pause,
  );
}

function defineEdits(batch: Command, registry: Registry): void {
  const load = () => import('../commands/batch-edit.ts');
  registry.on(
    batch
      .command('edit')
      .description('Change its name and limits, also while it runs; they hold from its next decision on.')
      .argument(...BATCH)
      .option('--name <name>', 'its name')
      .option('--on-failure <what>', `after a failed task: ${ON_FAILURE.join(', ')}`)
      .option('--attempts <n>', 'attempts per task that the agent may fail')
      .option('--max-fixes <n>', 'fix rounds after a failed verification')
      .option('--on-usage-limit <what>', ON_USAGE_LIMIT.join(', '))
      .option(...JSON_FLAG),
    async () => (await load()).editBatch,
  );
  registry.on(
    addNeedFlags(
      batch
        .command('add')
        .description('Add requirements at the end.')
        .argument(...BATCH)
        .argument('<requirement...>', 'names of files in .claude/commands')
        .option(...PROJECT_FLAG),
    )
      .option('--again', 'also take what an undelivered branch resolves already')
      .option(...JSON_FLAG),
    async () => (await load()).addTasks,
  );
  registry.on(
    batch
      .command('remove')
      .description('Take queued tasks out.')
      .argument(...BATCH)
      .argument('<task...>', 'ids or requirement names')
      .option(...JSON_FLAG),
    async () => (await load()).removeTasks,
  );
  registry.on(
    batch
      .command('move')
      .description('Move a queued task.')
      .argument(...BATCH)
      .argument('<task>', 'id or requirement name')
      .argument('<position>', '0 or first: next; last; or a number')
      .option(...JSON_FLAG),
    async () => (await load()).moveTask,
  );
}

function defineTaskCommands(program: Command, registry: Registry): void {
  const load = () => import('../commands/task.ts');
  const task = program.command('task').description('Tasks: single units of work.');
  defineTaskRun(task, registry);
  registry.on(
    task
      .command('list')
      .description('List tasks, newest first.')
      .option('--project <dir>', 'only of this repository')
      .option('--batch <batch>', 'only of this batch')
      .option('--status <status>', 'only with this status')
      .option(...JSON_FLAG),
    async () => (await load()).listTasks,
  );
  registry.on(
    task
      .command('show')
      .description('Show one with its attempts and logs.')
      .argument(...TASK)
      .option(...JSON_FLAG),
    async () => (await load()).showTask,
  );
  registry.on(
    task
      .command('cancel')
      .description('Cancel one task; the others go on.')
      .argument(...TASK)
      .option(...JSON_FLAG),
    async () => (await load()).cancelTask,
  );
  registry.on(
    task
      .command('retry')
      .description('Queue one again that failed, was skipped or cancelled.')
      .argument(...TASK)
      .option(...JSON_FLAG),
    async () => (await load()).retryTask,
  );
}

function defineTaskRun(task: Command, registry: Registry): void {
  const run = task
    .command('run')
    .summary('run one task of any kind by itself, watch, and end with its result')
    .description('Runs a task of any kind now, beside the batches and without a lane, and prints what it left.')
    .requiredOption(
      '--kind <kind>',
      'what it is: requirement, claude-cli, custom-command, ..., or a kind of the project',
    )
    .option('--params <json>', 'its parameters as one JSON object (default: none)')
    .option('--project <dir>', 'repository (default: the one around the current directory)')
    .option('--name <name>', 'what it is called (default: made of its parameters)');
  addSettingsFlags(run)
    .option('--again', 'also a requirement that an undelivered branch resolves already')
    .option('--detach', 'queue it and return')
    .option('-y, --yes', 'ask nothing')
    .option(...JSON_FLAG);
  registry.on(run, async () => (await import('../commands/task-run.ts')).runTask);
}
