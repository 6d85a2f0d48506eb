/** What the API asks of a host about kinds of tasks: part of the host door. */
import type { TaskId } from './ids.ts';
import type { EventView } from './views.ts';
import type { TaskKind } from './vocabulary.ts';

/** A task's kind and parameters, as they are kept on the host under the sha256 of their canonical JSON. */
export interface FrozenTask {
  readonly kind: TaskKind;
  readonly params: Readonly<Record<string, unknown>>;
  readonly sha256: string;
}

/** A task that is to be frozen. Parameters of built-in kinds were checked by the caller. */
export interface TaskToFreeze {
  readonly kind: TaskKind;
  readonly params: Readonly<Record<string, unknown>>;
  /** sha256 of the project file that the user trusted: only its handlers are asked. Absent or null: there is none. */
  readonly trustedSha256?: string | null | undefined;
}

/** Part of the host door. */
export interface KindsDoor {
  /**
   * Keeps `{kind, params}` as canonical JSON under its sha256; parameters of a handler's kind are checked by the handler.
   * @throws AppError unknown_kind with `details.kinds`, project_untrusted, handler_broken; invalid_input with `details.fields`, their paths from `params`
   */
  freezeTask(projectPath: string, task: TaskToFreeze): Promise<FrozenTask>;
  /** What an attempt left as its result, masked; null: nothing. At most 1 MB as JSON. */
  taskResult(task: TaskId, attempt: number): Promise<unknown>;
  /**
   * Tells the handler that works on a task now of events (rising by `seq`); those that it was told before are left out.
   * The number of the last event that it was told, 0 when none; null when it has no run that goes on.
   */
  tellHandler(task: TaskId, events: readonly EventView[]): Promise<number | null>;
}
