/**
 * The one table of what may import what. `scripts/layer-lint.ts` turns it into lint rules; `test/architecture/`
 * compares the linter's verdicts with it. To allow something new, change a row here and run `npm run layers:write`.
 */

/** The folders below `src/`, from the ground up. */
export const LAYERS = [
  'contracts',
  'domain',
  'workflows',
  'platform',
  'client',
  'notify',
  'store',
  'host',
  'temporal',
  'activities',
  'api',
  'worker',
  'main',
  'cli',
] as const;
/** One of {@link LAYERS}. */
export type Layer = (typeof LAYERS)[number];

/** What the files of one place may import from other layers. Its own layer is always open to it. */
export interface Zone {
  /** Folder, file or glob of files below `src/`. A deeper place replaces the row of the folder around it. */
  readonly place: string;
  /** Layers it may import values (and types) from. */
  readonly values: readonly Layer[];
  /** Layers it may import only types from. */
  readonly types: readonly Layer[];
  /** Single files below `src/` whose values it may import although their layer is in `types`. */
  readonly doors: readonly string[];
}

/** Files of contracts without zod: what runs in the workflow sandbox may import only these as values. */
export const ZOD_FREE: readonly string[] = [
  'contracts/vocabulary.ts',
  'contracts/kinds.ts',
  'contracts/names.ts',
  'contracts/error-catalogue.ts',
  'contracts/background-errors.ts',
  'contracts/idea-errors.ts',
  'contracts/github-errors.ts',
  'contracts/webhook-errors.ts',
  'contracts/errors.ts',
  'contracts/ids.ts',
];

function zone(
  place: string,
  values: readonly Layer[],
  types: readonly Layer[] = [],
  doors: readonly string[] = [],
): Zone {
  return { place, values, types, doors };
}

/** The table. Nothing imports cli, and only main imports api and worker. */
export const ZONES: readonly Zone[] = [
  zone('contracts', []),
  zone('domain', [], ['contracts'], ZOD_FREE),
  zone('workflows', ['domain'], ['contracts', 'activities'], ZOD_FREE),
  zone('platform', ['contracts']),
  zone('client', ['contracts']),
  zone('notify', ['contracts', 'domain', 'platform']),
  zone('store', ['contracts', 'domain', 'platform']),
  zone('host', ['contracts', 'domain', 'platform']),
  // Programs of their own that are started by path: they import nothing of ours.
  zone('host/agents/scripted-*.mjs', []),
  // Messages are names and types only: starting and steering a workflow needs none of its code.
  zone('temporal', ['contracts', 'platform'], ['domain', 'workflows'], ['workflows/messages.ts', 'domain/lanes.ts']),
  zone('activities', ['contracts', 'domain', 'platform'], ['host', 'store', 'notify']),
  // Signs work orders; everything else of the host is out of reach for the control worker.
  zone(
    'activities/control',
    ['contracts', 'domain', 'platform', 'store', 'notify'],
    ['host', 'temporal'],
    ['host/orders/order-mac.ts'],
  ),
  // A host has no database.
  zone('activities/host', ['contracts', 'domain', 'platform', 'host']),
  zone('api', ['contracts', 'domain', 'platform', 'store', 'temporal']),
  zone('worker', ['contracts', 'platform', 'activities'], ['host', 'store', 'temporal']),
  zone(
    'main',
    LAYERS.filter((layer) => layer !== 'main' && layer !== 'cli'),
  ),
  zone('cli', ['contracts', 'platform', 'client']),
];

/** Where a package may be imported; places are folders, files or globs below `src/`. */
export interface PackageRow {
  /** Where its values (and types) may be imported. */
  readonly values: readonly string[];
  /** Where only its types may be imported. */
  readonly types: readonly string[];
}

function only(values: readonly string[], types: readonly string[] = []): PackageRow {
  return { values, types };
}

/** Every package we depend on has a row, and so have those built-in modules that reach beyond the process. */
export const PACKAGES: Readonly<Record<string, PackageRow>> = {
  // What comes in from outside is parsed where it comes in.
  zod: only(['contracts', 'host', 'api', 'main'], ['cli']),
  yaml: only(['host/project']),
  pino: only(['platform']),
  execa: only(['platform']),
  'simple-git': only(['host/git']),
  kysely: only(['store']),
  pg: only(['store']),
  fastify: only(['api'], ['main']),
  'fastify-type-provider-zod': only(['api']),
  '@fastify/cookie': only(['api']),
  '@fastify/helmet': only(['api']),
  '@fastify/rate-limit': only(['api']),
  '@fastify/static': only(['api']),
  '@fastify/swagger': only(['api']),
  'prom-client': only(['api', 'worker']),
  '@fastify/swagger-ui': only(['api']),
  octokit: only(['host/github']),
  '@temporalio/workflow': only(['workflows']),
  '@temporalio/activity': only(['activities']),
  '@temporalio/client': only(['temporal']),
  '@temporalio/envconfig': only(['temporal']),
  '@temporalio/proto': only(['temporal']),
  '@temporalio/worker': only(['worker', 'temporal/worker-connection.ts'], ['temporal', 'main']),
  '@temporalio/common': only(['workflows', 'activities', 'temporal']),
  commander: only(['cli']),
  '@clack/prompts': only(['cli']),
  // Not imported: the runtime itself, and what replaying a history from JSON needs.
  node: only([]),
  protobufjs: only([]),
  'node:child_process': only([
    'platform',
    'host/runs',
    'host/agents/scripted-*.mjs',
    'temporal/launch-server.ts',
    'main',
    'cli/processes.ts',
  ]),
  // The start lock is SQLite's own file lock: it is released when its holder dies, however that dies.
  'node:sqlite': only(['store', 'temporal/start-lock.ts']),
};

/** Layers that also run where Node does not: in the workflow sandbox or in a browser. No built-in modules at all. */
export const NODE_FREE: readonly Layer[] = ['contracts', 'domain', 'client', 'workflows'];

/** What the dashboard in `web/` may import from `src/`, besides what runs on Node. */
export const WEB_LAYERS: readonly Layer[] = ['contracts', 'client', 'domain'];

/** Where the process environment may be read: the one reader, and programs of their own. */
export const ENVIRONMENT_READERS: readonly string[] = [
  'platform/environment.ts',
  'host/agents/scripted-*.mjs',
  'host/kinds/handlers/handler-process.ts',
];
