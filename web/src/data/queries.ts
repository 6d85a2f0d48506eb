/** What the screens read. Everything but progress is renewed by events, so nothing here polls often. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { TaskView } from '../../../src/contracts/views.ts';
import { api } from './api.ts';

/** Parts of keys that events renew: see `live.ts`. */
export const KEYS = {
  batches: ['batches'],
  batch: (id: string) => ['batch', id],
  task: (id: string) => ['task', id],
  projects: ['projects'],
  requirements: (project: string) => ['requirements', project],
  report: ['report'],
  status: ['status'],
  lanes: ['lanes'],
  inbox: ['inbox'],
} as const;

const PROGRESS_EVERY_MS = 1500;
const STATUS_EVERY_MS = 20_000;
/** The steps of a running task are recorded without an event: so what runs is looked at now and then. */
const STEP_MS = 2000;
/** Batches of more tasks are large answers, and asked for less often. */
const LONG_BATCH = 500;
const SLOW_STEP_MS = 15_000;

/** The newest batches, at most 200. */
export function batchesQuery() {
  return queryOptions({
    queryKey: KEYS.batches,
    queryFn: ({ signal }) => api.call('listBatches', { query: { limit: 200 }, signal }),
  });
}

/** One batch with its tasks. */
export function batchQuery(id: string) {
  return queryOptions({
    queryKey: KEYS.batch(id),
    queryFn: ({ signal }) => api.call('getBatch', { params: { id }, signal }),
    refetchInterval: ({ state: { data } }) => {
      if (data === undefined || data.counts.running === 0) return false;
      return data.tasks.length > LONG_BATCH ? SLOW_STEP_MS : STEP_MS;
    },
  });
}

/** One task with attempts and runs. */
export function taskQuery(id: string) {
  return queryOptions({
    queryKey: KEYS.task(id),
    queryFn: ({ signal }) => api.call('getTask', { params: { id }, signal }),
    refetchInterval: ({ state: { data } }) => (data?.status === 'running' ? STEP_MS : false),
  });
}

/** The runs of a task with their times. What has ended does not change any more. */
export function runsQuery(task: Pick<TaskView, 'id' | 'status'>, isWanted: boolean) {
  return queryOptions({
    queryKey: [...KEYS.task(task.id), 'runs', task.status],
    queryFn: ({ signal }) => api.call('listLogs', { params: { id: task.id }, signal }),
    enabled: isWanted,
    staleTime: task.status === 'running' ? STEP_MS : Infinity,
  });
}

/** What a task's agent does now; asked for as long as `isRunning`. */
export function progressQuery(id: string, isRunning: boolean) {
  return queryOptions({
    queryKey: ['progress', id],
    queryFn: ({ signal }) => api.call('taskProgress', { params: { id }, signal }),
    enabled: isRunning,
    refetchInterval: PROGRESS_EVERY_MS,
  });
}

/** Which of these tasks an offload to `to` (null: a new batch) would refuse, and why. */
export function offloadCheckQuery(source: string, to: string | null, taskIds: readonly string[], running: boolean) {
  return queryOptions({
    queryKey: [...KEYS.batch(source), 'offload', to, taskIds, running],
    queryFn: ({ signal }) =>
      api.call('checkOffload', {
        params: { id: source },
        body: { taskIds: [...taskIds], running, ...(to === null ? {} : { to }) },
        signal,
      }),
    enabled: taskIds.length > 0,
    placeholderData: keepPreviousData,
  });
}

/** The lanes of the host: who works, who waits, which accounts hold. */
export function lanesQuery() {
  return queryOptions({
    queryKey: KEYS.lanes,
    queryFn: ({ signal }) => api.call('lanes', { signal }),
  });
}

/** What a task changed. */
export function diffQuery(id: string, isSpaceIgnored: boolean) {
  return queryOptions({
    queryKey: [...KEYS.task(id), 'diff', isSpaceIgnored],
    queryFn: ({ signal }) =>
      api.call('taskDiff', {
        params: { id },
        query: { ignoreWhitespace: isSpaceIgnored ? 'true' : 'false' },
        signal,
      }),
    placeholderData: keepPreviousData,
  });
}

const ONE_FILE_BYTES = 4_194_304;

/** One file of it that was left out. */
export function diffFileQuery(id: string, path: string, isAsked: boolean) {
  return queryOptions({
    queryKey: [...KEYS.task(id), 'diff', 'file', path],
    queryFn: ({ signal }) =>
      api.call('taskDiff', { params: { id }, query: { path, maxBytes: ONE_FILE_BYTES }, signal }),
    enabled: isAsked,
  });
}

/** The prompts of an attempt as its agent got them. */
export function promptsQuery(id: string, attempt: number) {
  return queryOptions({
    queryKey: [...KEYS.task(id), 'prompts', attempt],
    queryFn: ({ signal }) => api.call('attemptPrompts', { params: { id, number: `${attempt}` }, signal }),
  });
}

/** What the verification of an attempt said, round by round. */
export function evidenceQuery(id: string, attempt: number) {
  return queryOptions({
    queryKey: [...KEYS.task(id), 'evidence', attempt],
    queryFn: ({ signal }) => api.call('attemptEvidence', { params: { id, number: `${attempt}` }, signal }),
  });
}

/** Registered projects. */
export function projectsQuery() {
  return queryOptions({
    queryKey: KEYS.projects,
    queryFn: ({ signal }) => api.call('listProjects', { signal }),
  });
}

/** What is at a path, asked when one stops typing. */
export function pathCheckQuery(path: string) {
  return queryOptions({
    queryKey: ['path', path],
    queryFn: ({ signal }) => api.call('checkProject', { body: { path }, signal }),
    enabled: path !== '',
    placeholderData: keepPreviousData,
    staleTime: 0,
  });
}

/** Requirement files of a project. They change on disk without an event, so a look at the page asks again. */
export function requirementsQuery(project: string) {
  return queryOptions({
    queryKey: KEYS.requirements(project),
    queryFn: ({ signal }) => api.call('listRequirements', { params: { id: project }, signal }),
    refetchOnWindowFocus: true,
    staleTime: 0,
  });
}

/** Settings of a project with their sources. */
export function configurationQuery(project: string) {
  return queryOptions({
    queryKey: ['configuration', project],
    queryFn: ({ signal }) => api.call('projectConfiguration', { params: { id: project }, body: {}, signal }),
    staleTime: 0,
  });
}

/** What a night in a project needs. Looks at agents and disk, so it is asked for only where it is shown. */
export function preflightQuery(project: string) {
  return queryOptions({
    queryKey: ['preflight', project],
    queryFn: ({ signal }) => api.call('preflight', { params: { id: project }, body: {}, signal }),
    staleTime: 30_000,
  });
}

/** The report since an instant, or of one batch. */
export function reportQuery(query: { since?: string; batch?: string }) {
  return queryOptions({
    queryKey: [...KEYS.report, query],
    queryFn: ({ signal }) => api.call('report', { query, signal }),
  });
}

/** The stack. */
export function statusQuery() {
  return queryOptions({
    queryKey: KEYS.status,
    queryFn: ({ signal }) => api.call('status', { signal }),
    refetchInterval: STATUS_EVERY_MS,
  });
}
