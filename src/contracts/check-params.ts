/** Checks a task's parameters before it is queued, and says of each mistake where it is and what is allowed. */
import { z } from 'zod';
import { canonicalJson } from './canonical-json.ts';
import { KIND_PARAMS, MAX_PARAMS_BYTES } from './kind-params.ts';
import type { BuiltinKind } from './vocabulary.ts';

/** One mistake: dotted path of the field from the parameters, empty for them as a whole. */
export interface ParamsMistake {
  readonly path: string;
  readonly message: string;
}

/** Parameters with defaults filled in, or every mistake in them (at most 100). */
export type CheckedParams =
  | { readonly ok: true; readonly params: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly mistakes: readonly ParamsMistake[] };

const MAX_MISTAKES = 100;
const RecordSchema = z.record(z.string(), z.unknown());

/** Checks parameters of a built-in kind. */
export function checkParams(kind: BuiltinKind, params: unknown): CheckedParams {
  const schema: z.ZodType = KIND_PARAMS[kind];
  const parsed = schema.safeParse(params);
  if (!parsed.success) {
    return {
      ok: false,
      mistakes: parsed.error.issues.flatMap((issue) => toMistakes(schema, issue)).slice(0, MAX_MISTAKES),
    };
  }
  return checkSize(RecordSchema.parse(parsed.data));
}

/** Parameters that are too large to be kept are a mistake too. */
export function checkSize(params: Readonly<Record<string, unknown>>): CheckedParams {
  const bytes = new TextEncoder().encode(canonicalJson(params)).byteLength;
  if (bytes <= MAX_PARAMS_BYTES) return { ok: true, params };
  const message = `has ${bytes} bytes as JSON; at most ${MAX_PARAMS_BYTES} are allowed`;
  return { ok: false, mistakes: [{ path: '', message }] };
}

function toMistakes(schema: z.ZodType, issue: z.core.$ZodIssue): ParamsMistake[] {
  const at = issue.path.map(String);
  if (issue.code !== 'unrecognized_keys') return [{ path: at.join('.'), message: issue.message.slice(0, 500) }];
  const allowed = Object.keys(shapeAt(schema, at) ?? {}).join(', ');
  return issue.keys.map((key) => ({
    path: [...at, key].join('.').slice(0, 500),
    message: `Unknown key; allowed: ${allowed}`,
  }));
}

/** Members of the object that `path` leads to; null when it leads to none. */
function shapeAt(schema: z.ZodType, path: readonly string[]): Readonly<Record<string, z.ZodType>> | null {
  let present: unknown = schema;
  for (const key of [...path, null]) {
    while (present instanceof z.ZodOptional || present instanceof z.ZodDefault) present = present.unwrap();
    if (!(present instanceof z.ZodObject)) return null;
    const shape: Readonly<Record<string, z.ZodType>> = present.shape;
    if (key === null) return shape;
    present = shape[key];
  }
  return null;
}
