/** The OpenAPI document, made from the route table. */
import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { addExamples } from './openapi-examples.ts';

/** Path of the document; needs no token: it holds nothing of the installation. */
const OPENAPI_PATH = '/openapi.json';

/** Registers the document; routes registered later are in it. */
export async function installOpenApi(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Nightloom', version },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{ token: [] }],
    },
    transform: jsonSchemaTransform,
    transformObject: (document) => {
      const made = jsonSchemaTransformObject(document);
      const schemas = 'components' in made ? made.components?.schemas : undefined;
      if (schemas !== undefined) {
        const used = referenced(made.paths, schemas);
        for (const name of Object.keys(schemas)) if (!used.has(name)) delete schemas[name];
      }
      addExamples({ ...made });
      return made;
    },
  });
  let text: string | undefined;
  app.get(OPENAPI_PATH, { schema: { hide: true } }, (_request, reply) => {
    text ??= JSON.stringify(app.swagger());
    return reply.type('application/json; charset=utf-8').send(text);
  });
}

/** Names of components that the paths need. Every named schema is made twice (as input and output), most once in vain. */
function referenced(paths: unknown, schemas: Readonly<Record<string, unknown>>): Set<string> {
  const used = new Set<string>();
  const pending: unknown[] = [paths];
  while (pending.length > 0) {
    for (const [, name] of (JSON.stringify(pending.pop()) ?? '').matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      if (name === undefined || used.has(name)) continue;
      used.add(name);
      pending.push(schemas[name]);
    }
  }
  return used;
}
