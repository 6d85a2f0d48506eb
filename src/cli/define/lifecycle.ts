/** `lanes`, `agents`, and the commands about a batch's life beyond start and pause. */
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import type { Registry } from './registry.ts';

const JSON_FLAG = ['--json', 'print JSON'] as const;
const BATCH = ['<batch>', 'id, or name in the current project'] as const;
const MAX_LANES = 64;

/** Defines `lanes`. */
export function defineLanesCommand(program: Command, registry: Registry): void {
  registry.on(
    program
      .command('lanes')
      .description('Which batches work, which wait for a lane, which accounts hold.')
      .option('--limit <n>', `so many batches work at once (1 to ${MAX_LANES}); those at work go on`, lanesLimit)
      .option('--background <n>', `so many tasks by themselves work at once (1 to ${MAX_LANES})`, lanesLimit)
      .option(...JSON_FLAG),
    async () => (await import('../commands/lanes.ts')).lanes,
  );
}

/** Defines `agents`. */
export function defineAgentsCommand(program: Command, registry: Registry): void {
  registry.on(
    program
      .command('agents')
      .description('The agents: which are installed and logged in on the host.')
      .option(...JSON_FLAG),
    async () => (await import('../commands/agents.ts')).agents,
  );
}

/** Defines `batch offload|retry|delete|restore`. */
export function defineLifecycle(batch: Command, registry: Registry): void {
  const load = () => import('../commands/batch-lifecycle.ts');
  registry.on(
    batch
      .command('offload')
      .description('Move tasks to another batch: an open one, a completed one (it is reopened), or a new one.')
      .argument('<source>', 'batch that has them')
      .argument('<target-and-tasks...>', 'target batch (not with --new), then ids or requirement names')
      .option('--new <name>', 'make the target, with this name')
      .option('--running', 'also the running task: it is stopped, and its session goes on there')
      .option(...JSON_FLAG),
    async () => (await load()).offload,
  );
  registry.on(
    batch
      .command('retry')
      .description('Queue failed tasks again; a completed batch goes on with them.')
      .argument(...BATCH)
      .argument('[task...]', 'ids or requirement names (default: all that failed)')
      .option(...JSON_FLAG),
    async () => (await load()).retryBatch,
  );
  registry.on(
    batch
      .command('delete')
      .description('Cancel it if it is open, and hide it; 7 days to restore it.')
      .argument(...BATCH)
      .option(...JSON_FLAG),
    async () => (await load()).deleteBatch,
  );
  registry.on(
    batch
      .command('restore')
      .description('Show a deleted batch again; what was cancelled stays so.')
      .argument(...BATCH)
      .option(...JSON_FLAG),
    async () => (await load()).restoreBatch,
  );
}

function lanesLimit(text: string): number {
  const limit = Number(text);
  if (/^\d{1,2}$/.test(text) && limit >= 1 && limit <= MAX_LANES) return limit;
  throw new InvalidArgumentError(`It must be a number from 1 to ${MAX_LANES}.`);
}
