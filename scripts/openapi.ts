/** `docs/openapi.json`: the document that the API serves, made from the route table alone. */
import Fastify from 'fastify';
import type { z } from 'zod';
import { installOpenApi } from '../src/api/plugins/openapi.ts';
import { register } from '../src/api/register.ts';
import { routes } from '../src/contracts/http.ts';
import type { Route } from '../src/contracts/route.ts';

type AnyRoute = Route<z.ZodType, z.ZodType, z.ZodType, z.ZodType>;

/** The document, JSON. `version` is ours, as in package.json. */
export async function openApiDocument(version: string): Promise<string> {
  const app = Fastify({ logger: false });
  app.setValidatorCompiler(() => (value: unknown) => ({ value }));
  app.setSerializerCompiler(() => (value: unknown) => JSON.stringify(value));
  await installOpenApi(app, version);
  for (const row of Object.values<AnyRoute>(routes)) register(app, row, unanswered);
  await app.ready();
  const document = app.swagger();
  await app.close();
  return `${JSON.stringify(document, null, 2)}\n`;
}

async function unanswered(): Promise<never> {
  throw new Error('This route exists only to be described.');
}
