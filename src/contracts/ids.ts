/** Branded ids. Free of zod; `platform/ids.ts` makes new ones. */

declare const brand: unique symbol;
/** A string that only its own maker may produce, so that ids of different things cannot be mixed up. */
export type Branded<Name extends string> = string & { readonly [brand]: Name };

/** `i_` + 10 characters; one state directory. */
export type InstallationId = Branded<'installation'>;
/** `<machine name>-<4 characters>`; a machine with projects and agents. */
export type HostId = Branded<'host'>;
/** `p_` + 10 characters. */
export type ProjectId = Branded<'project'>;
/** `b_` + 10 characters; `s_` and a task's ten characters for the batch of a task that runs by itself. */
export type BatchId = Branded<'batch'>;
/** `t_` + 10 characters. */
export type TaskId = Branded<'task'>;
/** `w_` + 10 characters. */
export type WebhookId = Branded<'webhook'>;
/** `d_` + 10 characters. */
export type IdeaId = Branded<'idea'>;

const PATTERNS = {
  installation: /^i_[a-z0-9]{10}$/,
  host: /^[a-z0-9][a-z0-9-]{0,40}$/,
  project: /^p_[a-z0-9]{10}$/,
  batch: /^[bs]_[a-z0-9]{10}$/,
  task: /^t_[a-z0-9]{10}$/,
  webhook: /^w_[a-z0-9]{10}$/,
  idea: /^d_[a-z0-9]{10}$/,
} as const;

interface IdTypes {
  installation: InstallationId;
  host: HostId;
  project: ProjectId;
  batch: BatchId;
  task: TaskId;
  webhook: WebhookId;
  idea: IdeaId;
}

/** What an id can name. */
export type IdKind = keyof IdTypes;

/** True if `text` has the form of an id of `kind`. */
export function isId<Kind extends IdKind>(kind: Kind, text: string): text is IdTypes[Kind] {
  return PATTERNS[kind].test(text);
}

/**
 * `text` as an id of `kind`.
 * @throws TypeError when the form is wrong: a bug of the caller, who must have checked outside input before.
 */
export function asId<Kind extends IdKind>(kind: Kind, text: string): IdTypes[Kind] {
  if (!isId(kind, text)) throw new TypeError(`Not a ${kind} id: ${JSON.stringify(text)}`);
  return text;
}

/** The batch of one task that runs by itself: no list shows it. */
export function soloBatchOf(task: TaskId): BatchId {
  return asId('batch', `s_${task.slice(2)}`);
}

/** The task that runs by itself in `batch`; null for a batch that somebody made. */
export function soloTaskOf(batch: BatchId): TaskId | null {
  return batch.startsWith('s_') ? asId('task', `t_${batch.slice(2)}`) : null;
}
