/** The host door's calls about kinds of tasks, as both sides of the HTTP door see them. */
import { z } from 'zod';
import type { KindsDoor } from '../contracts/host-door-kinds.ts';
import { isId } from '../contracts/ids.ts';
import type { TaskId } from '../contracts/ids.ts';
import { isBuiltinKind, isHandlerKind } from '../contracts/kinds.ts';
import { EventViewSchema } from '../contracts/views.ts';
import type { TaskKind } from '../contracts/vocabulary.ts';

const task = z.custom<TaskId>((value) => typeof value === 'string' && isId('task', value));
const kind = z.custom<TaskKind>((value) => typeof value === 'string' && (isBuiltinKind(value) || isHandlerKind(value)));
const path = z.string().min(1).max(4096);

/** How the arguments of each call are read from JSON. */
export const KINDS_ARGUMENTS = {
  freezeTask: z.tuple([
    path,
    z.object({
      kind,
      params: z.record(z.string(), z.unknown()),
      trustedSha256: z.string().nullable().optional(),
    }),
  ]),
  taskResult: z.tuple([task, z.int().min(1)]),
  tellHandler: z.tuple([task, z.array(EventViewSchema).max(1000)]),
} as const satisfies Record<keyof KindsDoor, z.ZodType>;

/** The calls on a door of another process; `ask` sends one. */
export function kindsClient(
  ask: <Result>(method: keyof KindsDoor, args: readonly unknown[]) => Promise<Result>,
): KindsDoor {
  return {
    freezeTask: (...args) => ask('freezeTask', args),
    taskResult: (...args) => ask('taskResult', args),
    tellHandler: (...args) => ask('tellHandler', args),
  };
}
