/**
 * Examples for every route of the OpenAPI document, made from its schemas: one that a schema carries itself wins, the rest is
 * filled in by name and type. A test parses all of them.
 */

type Json = Readonly<Record<string, unknown>>;

/** What a value of this name looks like. */
const BY_NAME: Readonly<Record<string, unknown>> = {
  id: 'b_4q8w2e6r0t',
  batchId: 'b_4q8w2e6r0t',
  batch: 'b_4q8w2e6r0t',
  to: 'b_4q8w2e6r0t',
  taskId: 't_7y1u5i9o3p',
  taskIds: ['t_7y1u5i9o3p'],
  task: 't_7y1u5i9o3p',
  projectId: 'p_2a6s0d4f8g',
  name: 'validate-coupons',
  requirementName: 'validate-coupons',
  batchName: 'Tonight',
  projectName: 'shop',
  project: 'shop',
  title: 'Validate coupon codes',
  text: '# Validate coupon codes\n\nExpired codes are refused.\n',
  path: '/home/me/shop',
  url: 'http://127.0.0.1:7780',
  branch: 'nightloom/tonight',
  base: '8f14e45fceea167a5a36dedd4bea2543a1b2c3d4',
  commit: 'c9f0f895fb98ab9159f51fd0297e236d1a2b3c4d',
  sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  host: 'laptop-ab12',
  version: '0.1.0',
  code: 'batch_not_found',
  kind: 'requirement',
  agent: 'claude',
  message: 'The usage limit is reached until 02:00.',
  subject: 'b_4q8w2e6r0t',
  step: 'agent',
  command: 'npm test',
  topics: 'task.failed',
  costUsd: 0.42,
};
const INSTANT = '2026-11-20T22:00:00.000Z';
const MAX_DEPTH = 8;

/** Adds examples to parameters, bodies and answers of every operation. Changes `document`. */
export function addExamples(document: Json): void {
  const components = asObject(asObject(document['components'])['schemas']);
  for (const path of Object.values(asObject(document['paths']))) {
    for (const operation of Object.values(asObject(path))) describe(asObject(operation), components);
  }
}

function describe(operation: Json, components: Json): void {
  const { parameters } = operation;
  for (const parameter of Array.isArray(parameters) ? parameters : []) {
    const { name } = asObject(parameter);
    put(parameter, exampleOf(asObject(asObject(parameter)['schema']), components, String(name), 0));
  }
  for (const holder of [operation['requestBody'], ...Object.values(asObject(operation['responses']))]) {
    for (const media of Object.values(asObject(asObject(holder)['content']))) {
      put(media, exampleOf(asObject(asObject(media)['schema']), components, '', 0));
    }
  }
}

function put(holder: unknown, example: unknown): void {
  if (isObject(holder) && !('example' in holder)) Object.assign(holder, { example });
}

/** A value that fits `schema`. */
function exampleOf(schema: Json, components: Json, name: string, depth: number): unknown {
  const own: unknown = Array.isArray(schema['examples']) ? schema['examples'][0] : undefined;
  if (own !== undefined) return own;
  const { $ref: reference } = schema;
  if (typeof reference === 'string') {
    return exampleOf(asObject(components[reference.split('/').at(-1) ?? '']), components, name, depth + 1);
  }
  if ('const' in schema) return schema['const'];
  if ('default' in schema && depth === 0) return schema['default'];
  if (Array.isArray(schema['enum'])) return schema['enum'][0];
  const choices = [schema['anyOf'], schema['oneOf']].find(Array.isArray);
  if (choices !== undefined) return firstOf(choices.map(asObject), components, name, depth);
  return byType(schema, components, name, depth);
}

/** Of a union the first member; of something that may be null what it is otherwise, unless it would go on for ever. */
function firstOf(choices: readonly Json[], components: Json, name: string, depth: number): unknown {
  const [first] = choices.filter(({ type }) => type !== 'null');
  const mayBeNull = choices.some(({ type }) => type === 'null');
  if (first === undefined || (mayBeNull && depth >= MAX_DEPTH)) return null;
  return exampleOf(first, components, name, depth + 1);
}

function byType(schema: Json, components: Json, name: string, depth: number): unknown {
  const type: unknown = Array.isArray(schema['type']) ? schema['type'][0] : schema['type'];
  switch (type) {
    case 'object':
      return objectOf(schema, components, depth);
    case 'array':
      if (Object.hasOwn(BY_NAME, name) && Array.isArray(BY_NAME[name])) return BY_NAME[name];
      if (depth >= MAX_DEPTH) return [];
      return [exampleOf(asObject(schema['items']), components, name.replace(/s$/, ''), depth + 1)];
    case 'string':
      return stringOf(schema, name);
    case 'integer':
    case 'number':
      return numberOf(schema, name);
    case 'boolean':
      return true;
    default:
      return {};
  }
}

/** What must be there. */
function objectOf(schema: Json, components: Json, depth: number): Json {
  const required: readonly unknown[] = Array.isArray(schema['required']) ? schema['required'] : [];
  const properties = Object.entries(asObject(schema['properties'])).filter(([key]) => required.includes(key));
  return Object.fromEntries(
    properties.map(([key, member]) => [key, exampleOf(asObject(member), components, key, depth + 1)]),
  );
}

function stringOf(schema: Json, name: string): string {
  if (schema['format'] === 'date-time' || schema['description'] === 'RFC 3339' || /At$|^at$|^since$/.test(name)) {
    return INSTANT;
  }
  const known = Object.hasOwn(BY_NAME, name) ? BY_NAME[name] : undefined;
  return typeof known === 'string' ? known : name === '' ? 'text' : name;
}

function numberOf({ minimum, maximum }: Json, name: string): number {
  const known = Object.hasOwn(BY_NAME, name) ? BY_NAME[name] : 1;
  const wanted = typeof known === 'number' ? known : 1;
  const atLeast = typeof minimum === 'number' ? Math.max(minimum, wanted) : wanted;
  return typeof maximum === 'number' ? Math.min(maximum, atLeast) : atLeast;
}

/** `value` itself if it is an object: examples are put into what this finds. */
function asObject(value: unknown): Json {
  return isObject(value) ? value : {};
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
