/** `logs` and `report`. */
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import type { Registry } from './registry.ts';

/** Defines `logs` and `report`. */
export function defineViewCommands(program: Command, registry: Registry): void {
  registry.on(
    program
      .command('logs')
      .description("The agent's doing: messages, tool calls, results.")
      .argument('<task>', 'id, or requirement name in the current project')
      .option('-f, --follow', 'go on until the task has ended')
      .option('--raw', 'the bytes as the agent wrote them')
      .option('--attempt <n>', 'attempt (default: the last one)', wholeNumber)
      .option('--step <name>', 'only this step, for example agent, fix-1, verify-0-1')
      .option('--stderr', 'standard error instead of standard output'),
    async () => (await import('../commands/logs.ts')).logs,
  );
  registry.on(
    program
      .command('report')
      .description('What landed, what failed and why, what waited, what it cost, what to type next.')
      .argument('[batch]', 'id, or name in the current project (default: everything since 18:00)')
      .option('--since <time>', '12h, 22:00, 2026-11-20 or 2026-11-20T22:00')
      .option('--json', 'print JSON')
      .option('--md', 'print Markdown'),
    async () => (await import('../commands/report.ts')).report,
  );
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('It must be a number from 1.');
  return Number(text);
}
