/**
 * Every name that Temporal sees: queues, workflow ids, activity and workflow types. All carry the installation, so
 * that several installations (and every test) share one server without meeting. Free of zod.
 */
import { soloTaskOf } from './ids.ts';
import type { BatchId, HostId, InstallationId } from './ids.ts';

/** Task queue of workflows and control activities. */
export function controlQueue(installation: InstallationId): string {
  return `nightloom-${installation}`;
}

/** Task queue of the activities that run on one host. */
export function hostQueue(installation: InstallationId, host: HostId): string {
  return `nightloom-${installation}-host-${host}`;
}

/** Workflow id of a batch; that of a task by itself is named after the task. */
export function batchWorkflowId(installation: InstallationId, batch: BatchId): string {
  const task = soloTaskOf(batch);
  return task === null ? `${installation}:batch:${batch}` : `${installation}:task:${task}`;
}

/** Workflow type of a batch. */
export function batchWorkflowType(batch: BatchId): 'batchWorkflow' | 'taskWorkflow' {
  return soloTaskOf(batch) === null ? WORKFLOW_TYPES.batch : WORKFLOW_TYPES.task;
}

/** Workflow id of the lanes of a host. */
export function lanesWorkflowId(installation: InstallationId, host: HostId): string {
  return `${installation}:lanes:${host}`;
}

/** Registered workflow types. */
export const WORKFLOW_TYPES = { batch: 'batchWorkflow', task: 'taskWorkflow', lanes: 'lanesWorkflow' } as const;

/** Search attributes that we register, with their Temporal types. SQL visibility has ten keyword slots: use few. */
export const SEARCH_ATTRIBUTES = {
  NightloomPhase: 'KEYWORD',
  NightloomHost: 'KEYWORD',
  NightloomProject: 'KEYWORD',
  NightloomInstallation: 'KEYWORD',
} as const;

/** Value of the environment marker that every process of a run carries. */
export const RUN_MARKER_VARIABLE = 'NIGHTLOOM_RUN';

/** Trailers of our commits. */
export const TRAILERS = {
  task: 'Nightloom-Task',
  batch: 'Nightloom-Batch',
  attempt: 'Nightloom-Attempt',
  requirement: 'Nightloom-Requirement',
} as const;

/** Where our refs live in the user's repository. */
export const REF_PREFIXES = {
  branch: 'refs/heads/nightloom/',
  salvage: 'refs/nightloom/salvage/',
  wip: 'refs/nightloom/wip/',
  kept: 'refs/nightloom/kept/',
  tasks: 'refs/nightloom/tasks/',
} as const;
