/** What the build of the dashboard does besides bundling: see `web/vite.config.ts`. */
import { readFileSync } from 'node:fs';
import type { Plugin } from 'vite';
import { z } from 'zod';
import { routes, streams } from '../src/contracts/http.ts';

const ROUTES = 'virtual:routes';
const PACKAGE = new URL('../package.json', import.meta.url);

/**
 * The route table as the page needs it: methods and paths, made of the one table. The page takes types from the contracts
 * and no schemas, which would be a third of its first load; whatever pulls one in fails the build.
 */
export function routeTable(): Plugin {
  const lines = Object.entries(routes).map(([name, { method, path }]) => [name, { method, path }]);
  return {
    name: 'nightloom-route-table',
    enforce: 'pre',
    resolveId: (id, importer) => {
      if (id === 'zod')
        throw new Error(`The dashboard carries no schemas, but ${importer ?? 'something'} imports zod.`);
      return id === ROUTES ? `\0${ROUTES}` : null;
    },
    load: (id) => {
      if (id !== `\0${ROUTES}`) return null;
      const { version } = z.object({ version: z.string() }).parse(JSON.parse(readFileSync(PACKAGE, 'utf8')));
      const values = { routes: Object.fromEntries(lines), streams, version };
      return Object.entries(values)
        .map(([name, value]) => `export const ${name} = ${JSON.stringify(value)};`)
        .join('\n');
    },
  };
}

/** The page speaks English: the words that react-aria brings in thirty other languages stay out. */
export function englishOnly(): Plugin {
  return {
    name: 'nightloom-english-only',
    enforce: 'pre',
    load: (id) =>
      /\/(react-aria|react-aria-components|react-stately)\/.*\/intl\//.test(id) &&
      /\/[a-z]{2}-[A-Z]{2}\.m?js$/.test(id) &&
      !/\/en-US\.m?js$/.test(id)
        ? 'export default {};'
        : null,
  };
}

/**
 * sonner puts its styles into the page by script, which the policy refuses; the page imports them as a file instead.
 * Fails the build if a new version does it in another way.
 */
export function sonnerWithoutStyles(): Plugin {
  return {
    name: 'nightloom-sonner-without-styles',
    transform: (code, id) => {
      if (!id.includes('/node_modules/sonner/')) return null;
      const calls = /^__insertCSS\(.*\);?$/m;
      if (/\.m?js$/.test(id) && !calls.test(code)) throw new Error('sonner inserts its styles in another way now.');
      return { code: code.replace(calls, ''), map: null };
    },
  };
}
