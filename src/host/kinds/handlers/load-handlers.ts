/** Loads the modules of a project and finds the handlers that they export. Runs in the handler's own process. */
import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import { HANDLER } from './sdk.ts';
import type { DefinedHandler, Schema, SchemaIssue } from './sdk.ts';

/** A handler whose types nobody here knows. */
export type AnyHandler = DefinedHandler<unknown, unknown>;

/** What schemas are most often written with is there too, for projects that have no copy of their own. */
const OURS: ReadonlySet<string> = new Set(['zod']);
const SDK = new URL('./sdk.ts', import.meta.url).href;
const MAX_MISTAKES = 100;

/** Lets every module of this process import `nightloom` without having it installed. */
export function provideNightloom(): void {
  registerHooks({
    resolve: (specifier, context, next) => {
      if (specifier === 'nightloom') return { url: SDK, shortCircuit: true };
      try {
        return next(specifier, context);
      } catch (error) {
        if (!OURS.has(specifier)) throw error;
        return next(specifier, { ...context, parentURL: import.meta.url });
      }
    },
  });
}

/** Imports the modules in their order. @throws whatever a module throws; Error when a kind is defined twice */
export async function loadHandlers(modules: readonly string[]): Promise<Map<string, AnyHandler>> {
  const handlers = new Map<string, AnyHandler>();
  for (const file of modules) {
    const loaded: unknown = await import(pathToFileURL(file).href);
    if (typeof loaded !== 'object' || loaded === null) continue;
    const found = new Set(Object.values(loaded).filter(isHandler));
    if (found.size === 0) throw new Error(`${file} exports nothing that defineTaskHandler made.`);
    for (const handler of found) {
      if (handlers.has(handler.kind)) throw new Error(`The kind ${handler.kind} is defined twice.`);
      handlers.set(handler.kind, handler);
    }
  }
  return handlers;
}

/** The value as the schema gives it, or every mistake in it. */
export async function checkValue(
  schema: Schema<unknown> | undefined,
  value: unknown,
): Promise<{ readonly value: unknown } | { readonly mistakes: readonly { path: string; message: string }[] }> {
  if (schema === undefined) return { value };
  const answer = await schema['~standard'].validate(value);
  if (answer.issues === undefined) return { value: answer.value };
  return { mistakes: answer.issues.slice(0, MAX_MISTAKES).map(toMistake) };
}

function toMistake({ message, path = [] }: SchemaIssue): { path: string; message: string } {
  const keys = path.map((part) => (typeof part === 'object' ? part.key : part));
  return { path: keys.map(String).join('.').slice(0, 500), message: message.slice(0, 500) };
}

function isHandler(value: unknown): value is AnyHandler {
  if (typeof value !== 'object' || value === null || !(HANDLER in value)) return false;
  return typeof Reflect.get(value, 'kind') === 'string' && typeof Reflect.get(value, 'run') === 'function';
}
