/** Joins commander's tree to our handlers: loads a command's module late and keeps its exit code. */
import type { Command } from 'commander';
import type { Handler } from '../context.ts';

/** What the definitions need to register a command. */
export interface Registry {
  /** Calls the handler that `load` gives when `command` is chosen. */
  on<Flags extends object>(command: Command, load: () => Promise<Handler<Flags>>): void;
  /** What the chosen command gave; 0 before. */
  exitCode(): number;
}

/** A registry for one command line. */
export function createRegistry(): Registry {
  let exitCode = 0;
  return {
    on: <Flags extends object>(command: Command, load: () => Promise<Handler<Flags>>) => {
      command.action(async () => {
        const [handler, { processContext }] = await Promise.all([load(), import('../context.ts')]);
        // An option that both a verb and its group have is given to the group, wherever it is typed.
        exitCode = await handler(processContext(), command.optsWithGlobals<Flags>(), command.args);
      });
    },
    exitCode: () => exitCode,
  };
}

/** Collects a repeatable option. */
export function repeated(value: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), value];
}
