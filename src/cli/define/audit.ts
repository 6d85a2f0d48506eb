/** `audit`. */
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import type { Registry } from './registry.ts';

/** Defines `audit`. */
export function defineAuditCommand(program: Command, registry: Registry): void {
  registry.on(
    program
      .command('audit')
      .description('Who changed what through the API, newest first; kept for 90 days.')
      .argument('[id]', 'only changes of this project, batch, task or webhook')
      .option('--since <time>', '12h, 22:00, 2026-11-20 or 2026-11-20T22:00')
      .option('--who <who>', 'token, or session:<digest>')
      .option('--refused', 'only what was refused')
      .option('-n, --limit <n>', 'so many at most (default 50)', entryLimit)
      .option('--json', 'print JSON'),
    async () => (await import('../commands/audit.ts')).audit,
  );
}

function entryLimit(text: string): number {
  const limit = Number(text);
  if (/^\d{1,3}$/.test(text) && limit >= 1 && limit <= 500) return limit;
  throw new InvalidArgumentError('It must be a number from 1 to 500.');
}
