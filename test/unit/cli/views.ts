/** Views for the tests of the command line: complete objects, of which a test names only what matters to it. */
import type { RouteAnswer } from '../../../src/contracts/http.ts';
import type { ProjectView, BatchView, Report, TaskDetail, TaskView } from '../../../src/contracts/views.ts';
import type { TaskStatus } from '../../../src/contracts/vocabulary.ts';

/** A registered project. */
export const PROJECT: ProjectView = {
  id: 'p_aaaaaaaaaa',
  name: 'shop',
  path: '/srv/shop',
  host: 'laptop-ab12',
  createdAt: '2026-03-01T02:00:00.000Z',
  settings: {},
};

export function taskView(fields: Partial<TaskView> = {}): TaskView {
  return {
    id: 't_aaaaaaaaaa',
    name: 'fix-it',
    project: 'repo',
    projectId: 'p_aaaaaaaaaa',
    batchId: 'b_aaaaaaaaaa',
    kind: 'requirement',
    after: [],
    whenNeededFailed: null,
    stage: null,
    status: 'queued',
    step: null,
    attempts: 0,
    agent: null,
    commit: null,
    salvageRef: null,
    failure: null,
    verified: 'none',
    verification: [],
    waits: [],
    deniedTools: [],
    notes: [],
    startedAt: null,
    completedAt: null,
    durationMs: 0,
    costUsd: null,
    ...fields,
  };
}

/** A batch that waits for no lane. */
export const NO_LANE: BatchView['lane'] = {
  status: 'none',
  why: null,
  place: null,
  of: null,
  reason: null,
  until: null,
  message: null,
};

export function batchView(tasks: readonly TaskView[], fields: Partial<BatchView> = {}): BatchView {
  const counts = { queued: 0, running: 0, waiting: 0, completed: 0, failed: 0, skipped: 0, cancelled: 0 };
  for (const { status } of tasks) counts[status === 'idle' ? 'queued' : (status satisfies TaskStatus)] += 1;
  return {
    id: 'b_aaaaaaaaaa',
    name: 'Tonight',
    status: 'running',
    hold: null,
    lane: NO_LANE,
    onFailure: 'continue',
    project: 'repo',
    branch: 'nightloom/tonight',
    projects: [],
    counts,
    createdAt: '2026-11-20T20:00:00Z',
    startedAt: '2026-11-20T20:00:00Z',
    completedAt: null,
    deletedAt: null,
    recordedAt: '2026-11-20T20:00:00Z',
    costUsd: null,
    next: [],
    notes: [],
    forecast: null,
    limits: { attempts: null, maxFixes: null, onUsageLimit: null },
    tasks: [...tasks],
    ...fields,
  };
}

export function reportOf(batches: readonly BatchView[], fields: Partial<Report> = {}): Report {
  const commits = batches.flatMap((batch) => batch.tasks).filter((task) => task.commit !== null).length;
  const [first] = batches;
  const counts = first?.counts ?? batchView([]).counts;
  return {
    generatedAt: '2026-11-21T06:00:00Z',
    since: null,
    batches: [...batches],
    totals: { ...counts, costUsd: null, commits },
    needsYou: [],
    gaps: [],
    ...fields,
  };
}

export function taskDetail(fields: Partial<TaskDetail> = {}): TaskDetail {
  return {
    ...taskView(),
    batchName: 'Tonight',
    attemptList: [],
    logs: [],
    progress: null,
    version: 'a'.repeat(64),
    context: null,
    params: {},
    screenshots: [],
    result: null,
    ...fields,
  };
}

/** A page of the list of tasks. */
export function taskPage(tasks: readonly TaskView[]): RouteAnswer<'listTasks'> {
  const createdAt = '2026-03-01T20:00:00.000Z';
  const items = tasks.map((task) => ({
    ...task,
    type: task.kind,
    version: '',
    context: null,
    createdAt,
    readAt: null,
    deletedAt: null,
  }));
  return { items, unreadCount: 0, nextCursor: null };
}
