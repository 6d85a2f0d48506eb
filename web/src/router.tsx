/** The places of the dashboard; what a screen filters by is in its address. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { Shell } from './screens/shell.tsx';
import { Tonight } from './screens/tonight/tonight.tsx';
import { NotFound } from './screens/not-found.tsx';

type Raw = Readonly<Record<string, unknown>>;

/** A parameter as text; absent when it is empty or something else. Numbers count: the router reads them as such. */
function text<Key extends string>(raw: Raw, key: Key): { [Name in Key]?: string } {
  const value = raw[key];
  const found = typeof value === 'number' ? String(value) : value;
  const part: { [Name in Key]?: string } = {};
  if (typeof found === 'string' && found !== '') part[key] = found;
  return part;
}

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound });

const tonight = createRoute({
  getParentRoute: () => root,
  path: '/',
  validateSearch: (raw: Raw) => ({ ...text(raw, 'q') }),
  component: Tonight,
});

const newBatch = createRoute({
  getParentRoute: () => root,
  path: '/new',
  validateSearch: (raw: Raw) => ({ ...text(raw, 'project'), ...text(raw, 'q') }),
  component: lazyRouteComponent(() => import('./screens/new-batch.tsx'), 'NewBatch'),
});

const batch = createRoute({
  getParentRoute: () => root,
  path: '/batches/$batchId',
  validateSearch: (raw: Raw) => ({ ...text(raw, 'status'), ...text(raw, 'q') }),
  component: lazyRouteComponent(() => import('./screens/batch/batch.tsx'), 'Batch'),
});

const task = createRoute({
  getParentRoute: () => root,
  path: '/tasks/$taskId',
  validateSearch: (raw: Raw) => ({
    ...text(raw, 'run'),
    ...text(raw, 'stream'),
    ...text(raw, 'view'),
    ...text(raw, 'at'),
    ...text(raw, 'part'),
    ...text(raw, 'space'),
    ...text(raw, 'q'),
  }),
  component: lazyRouteComponent(() => import('./screens/task/task.tsx'), 'Task'),
});

const report = createRoute({
  getParentRoute: () => root,
  path: '/report',
  validateSearch: (raw: Raw) => ({ ...text(raw, 'since'), ...text(raw, 'batch') }),
  component: lazyRouteComponent(() => import('./screens/report/report.tsx'), 'Report'),
});

const inbox = createRoute({
  getParentRoute: () => root,
  path: '/inbox',
  validateSearch: (raw: Raw) => ({ ...text(raw, 'show') }),
  component: lazyRouteComponent(() => import('./screens/inbox/inbox.tsx'), 'Inbox'),
});

const projects = createRoute({
  getParentRoute: () => root,
  path: '/projects',
  component: lazyRouteComponent(() => import('./screens/project/projects.tsx'), 'Projects'),
});

const project = createRoute({
  getParentRoute: () => root,
  path: '/projects/$projectId',
  validateSearch: (raw: Raw) => ({
    ...text(raw, 'part'),
    ...text(raw, 'q'),
    ...text(raw, 'status'),
    ...text(raw, 'edit'),
    ...text(raw, 'write'),
    ...text(raw, 'result'),
    ...text(raw, 'trial'),
  }),
  component: lazyRouteComponent(() => import('./screens/project/project.tsx'), 'Project'),
});

const system = createRoute({
  getParentRoute: () => root,
  path: '/system',
  component: lazyRouteComponent(() => import('./screens/system/system.tsx'), 'System'),
});

/** The router; screens reach their route by `getRouteApi`. */
export const router = createRouter({
  routeTree: root.addChildren([tonight, inbox, newBatch, batch, task, report, projects, project, system]),
  defaultPreload: 'intent',
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
