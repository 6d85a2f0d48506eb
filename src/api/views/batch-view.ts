/** Batches as callers see them. */
import type { ProjectId, TaskId } from '../../contracts/ids.ts';
import type { AttemptRecord } from '../../contracts/state.ts';
import type { BatchProject, BatchSummary, BatchView } from '../../contracts/views.ts';
import type { TaskStatus } from '../../contracts/vocabulary.ts';
import { forecastFacts } from '../../domain/forecast.ts';
import { nextOf, nextOfSummary, toCounts } from '../../domain/report.ts';
import type { SummaryFacts } from '../../domain/report.ts';
import type { BatchRow, ProjectRow, StatusCounts, TaskRow } from '../../store/store.ts';
import { toForecastView } from './forecast-view.ts';
import { instant, nullableInstant } from './instants.ts';
import { toHoldView, toLaneView } from './lane-view.ts';
import { toTaskView } from './task-view.ts';

/** What a view needs besides the rows. */
export interface BatchSurroundings {
  /** Registered projects; a removed one is shown by its id. */
  readonly projects: ReadonlyMap<ProjectId, ProjectRow>;
  /** Whether a project's branch is merged; absent: not known. */
  readonly merged: ReadonlyMap<ProjectId, boolean>;
  /** US dollars; null: no agent said. */
  readonly costUsd: number | null;
  /** Batches that wait for a lane on its host; absent: not counted. */
  readonly queued: number | undefined;
  readonly nowMs: number;
}

/** The one batch object. Tasks that left for another batch are not shown, also before that one has recorded them. */
export function toBatchView(
  row: BatchRow,
  rows: readonly TaskRow[],
  lastAttempts: ReadonlyMap<TaskId, AttemptRecord>,
  around: BatchSurroundings,
): BatchView {
  const left = leavingTasks(row);
  const tasks = rows.filter((task) => !left.has(task.definition.id));
  const counts: Partial<Record<TaskStatus, number>> = {};
  for (const { state } of tasks) counts[state.status] = (counts[state.status] ?? 0) + 1;
  const projects = [row.project, ...tasks.map((task) => task.definition.project)];
  const facts = {
    ...toFacts(row, counts, projects, around),
    tasks: tasks.map((task) =>
      toTaskView(task, projectName(task.definition.project, around), lastAttempts.get(task.definition.id)),
    ),
  };
  const forecast = toForecastView(row, forecastFacts(facts.tasks, around.nowMs), around.nowMs);
  const { attempts = null, maxFixes = null, onUsageLimit = null } = row.head?.edits ?? {};
  const whole = { ...facts, forecast, limits: { attempts, maxFixes, onUsageLimit } };
  return { ...whole, next: nextOf(whole) };
}

function leavingTasks(row: BatchRow): Set<TaskId> {
  const transfers = Object.values(row.head?.transfers ?? {});
  return new Set(transfers.flatMap(({ tasks }) => tasks.map(({ state }) => state.id)));
}

/** A batch in a list. */
export function toBatchSummary(row: BatchRow, counts: StatusCounts, around: BatchSurroundings): BatchSummary {
  const prepared = [...around.projects.keys()].filter((id) => row.head?.workspaces[id] !== undefined);
  const facts = toFacts(row, counts, [row.project, ...prepared], around);
  return { ...facts, next: nextOfSummary(facts) };
}

function toFacts(
  row: BatchRow,
  counts: StatusCounts,
  projects: readonly ProjectId[],
  around: BatchSurroundings,
): SummaryFacts {
  const { head } = row;
  const [first, ...others] = [...new Set(projects)].map((id) => toBatchProject(row, id, around));
  return {
    id: row.id,
    name: row.name,
    status: row.status === 'creating' ? 'idle' : row.status,
    hold: toHoldView(head?.hold ?? null),
    lane: toLaneView(head?.lane, around.queued),
    onFailure: head?.onFailure ?? row.flags.onFailure ?? 'continue',
    project: projectName(row.project, around),
    branch: first?.branch ?? null,
    projects: first === undefined ? [] : [first, ...others],
    counts: toCounts(counts),
    createdAt: instant(row.createdAtMs),
    startedAt: nullableInstant(head?.startedAtMs ?? null),
    completedAt: nullableInstant(head?.completedAtMs ?? null),
    deletedAt: nullableInstant(row.deletedAtMs),
    recordedAt: instant(row.recordedAtMs),
    costUsd: around.costUsd,
    notes: [...(head?.notes ?? [])],
  };
}

function toBatchProject(row: BatchRow, id: ProjectId, around: BatchSurroundings): BatchProject {
  const workspace = row.head?.workspaces[id];
  return {
    project: projectName(id, around),
    projectId: id,
    path: around.projects.get(id)?.path ?? '',
    branch: workspace?.branch ?? null,
    base: workspace?.base ?? null,
    merged: around.merged.get(id) ?? null,
  };
}

function projectName(id: ProjectId, around: Pick<BatchSurroundings, 'projects'>): string {
  return around.projects.get(id)?.name ?? id;
}
