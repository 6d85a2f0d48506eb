/** The parts of a stack as processes of their own, for servers. */
import type { Command } from 'commander';
import { repeated } from './registry.ts';
import type { Registry } from './registry.ts';

/** Defines `api` and `worker`. */
export function defineServiceCommands(program: Command, registry: Registry): void {
  const load = () => import('../commands/services.ts');
  registry.on(
    program
      .command('api')
      .summary('the API alone (TEMPORAL_ADDRESS names the cluster)')
      .description('Runs the API alone, in the foreground. TEMPORAL_ADDRESS names the cluster.')
      .option('--listen <place>', 'host:port (default 127.0.0.1:7780)')
      .option('--allow-host <name>', 'a name under which it may be called besides loopback; repeatable', repeated)
      .option('--host <id>', 'the host whose projects it serves (default: this machine)')
      .option('--door <url>', "that host's door (default: this machine's files)"),
    async () => (await load()).api,
  );
  registry.on(
    program
      .command('worker')
      .summary('the control worker, or with --host a host, alone')
      .description(
        'Runs the control worker alone, in the foreground; with --host the worker of a host and its door instead.',
      )
      .option('--host <id>', 'be this host: its projects, agents and runs are here')
      .option('--listen <place>', "host:port of the host's door (default 127.0.0.1:7790)")
      .option('--metrics <place>', 'host:port at which it serves /metrics (default: nowhere)'),
    async () => (await load()).worker,
  );
}
