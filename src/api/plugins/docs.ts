/**
 * The OpenAPI document to browse. It lies below `/api`, so that whoever reads it has a token or a session like everywhere
 * there (the cookie goes nowhere else); `/docs` leads to it. All scripts and styles are files of ours: the policy for
 * pages holds without an exception.
 */
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';

const DOCS_PATH = '/api/docs';

/** Registers the pages; after the document. */
export async function installDocs(app: FastifyInstance): Promise<void> {
  await app.register(swaggerUi, {
    routePrefix: DOCS_PATH,
    theme: { title: 'Nightloom API' },
    uiConfig: {
      layout: 'BaseLayout',
      docExpansion: 'none',
      // What proves that a request with a cookie comes from a page of ours; it runs in the browser.
      requestInterceptor: (request) => {
        Object.assign(request['headers'] ?? {}, { 'X-Requested-With': 'nightloom' });
        return request;
      },
    },
  });
  app.get('/docs', { schema: { hide: true } }, (_request, reply) => reply.redirect(`${DOCS_PATH}/`));
}
