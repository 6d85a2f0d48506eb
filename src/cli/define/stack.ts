/** Commands about the stack itself. */
import type { Command } from 'commander';
import type { Registry } from './registry.ts';

/** Defines `up`, `down`, `status`, `token`, `doctor`, `prune`. */
export function defineStackCommands(program: Command, registry: Registry): void {
  registry.on(
    program
      .command('up')
      .description('Start everything here, or join what runs already.')
      .option('--detach', 'start in the background and return when it is healthy'),
    async () => (await import('../commands/up.ts')).up,
  );
  registry.on(
    program
      .command('down')
      .description('Stop the stack; running agents go on and are taken up again by the next `up`.')
      .option('--agents', 'stop running agents too; their sessions can be resumed')
      .option('--purge', 'then remove everything that is ours, after listing it')
      .option('-y, --yes', 'ask nothing'),
    async () => (await import('../commands/down.ts')).down,
  );
  registry.on(
    program.command('status').description('Say what runs, and where.').option('--json', 'print JSON'),
    async () => (await import('../commands/status.ts')).status,
  );
  registry.on(
    program.command('token').description("Print this installation's API token."),
    async () => (await import('../commands/token.ts')).token,
  );
  registry.on(
    program
      .command('doctor')
      .description('Check every prerequisite and name the command that repairs it.')
      .option('--json', 'print JSON'),
    async () => (await import('../commands/doctor.ts')).doctor,
  );
  registry.on(
    program
      .command('prune')
      .description('Remove merged branches, old runs and expired refs; never unmerged work.')
      .option('--dry-run', 'only list')
      .option('--json', 'print JSON'),
    async () => (await import('../commands/prune.ts')).prune,
  );
}
