/**
 * What a module of a project imports as `nightloom`: the way to define kinds of tasks of its own. Needs no installation
 * there, and imports nothing. See docs/handlers.md.
 */

/** Anything that checks a value as https://standardschema.dev says: zod, valibot, arktype and others do. */
export interface Schema<Output> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    validate(value: unknown): SchemaAnswer<Output> | Promise<SchemaAnswer<Output>>;
  };
}

/** The value with defaults filled in, or every mistake in it. */
export type SchemaAnswer<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

/** One mistake: where it is, and what is allowed. */
export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** A task as its handler sees it. */
export interface HandledTask<Params> {
  readonly id: string;
  readonly params: Params;
  readonly metadata: {
    readonly kind: string;
    readonly name: string;
    /** From 1. */
    readonly attempt: number;
    /** The batch that it is in; that of a task by itself begins with `s_`. */
    readonly batchId: string;
  };
}

/** Values of the project that outlast a task. Keys are texts of at most 500 characters, values JSON of at most 1 MB. */
export interface ProjectState {
  /** undefined: nothing is kept under that key. */
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<void>;
  delete(key: string): Promise<void>;
  keys(): Promise<string[]>;
}

/** Lines in the log of the run, with the ids of project and task. */
export interface TaskLogger {
  debug(message: string, facts?: object): void;
  info(message: string, facts?: object): void;
  warn(message: string, facts?: object): void;
  error(message: string, facts?: object): void;
}

/** The project's repository on GitHub, with the project's credentials. */
export interface GithubClient {
  readonly repository: { readonly owner: string; readonly name: string };
  /**
   * One request, as Octokit takes it: `request('GET /repos/{owner}/{repo}/issues/{number}', { number: 7 })`; owner and
   * repo are filled in. Waits for limits, tries reads again.
   */
  request(route: string, parameters?: Readonly<Record<string, unknown>>): Promise<GithubAnswer>;
}

/** What GitHub answered. */
export interface GithubAnswer {
  readonly status: number;
  readonly data: unknown;
}

/** Parts that a handler may use. One that cannot be had throws when it is used, and harms nobody who does not use it. */
export interface Components {
  /** Throws without a token, or when neither settings nor remote name a repository. */
  readonly github: GithubClient;
  /** Settings of the project as they were when the task's workspace was prepared; without its environment. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly state: ProjectState;
  readonly logger: TaskLogger;
}

/** Facts of an event. */
export interface EventFacts {
  /** Of the task, or of the batch. */
  readonly name?: string | null;
  readonly [fact: string]: string | number | boolean | null | undefined;
}

/** How a task ended: what its attempts took together. */
export interface EndFacts extends EventFacts {
  readonly kind: string;
  readonly durationMs: number;
  readonly costUsd: number | null;
}

/** Names of events and what they say; `docs/events.md` has all of them. */
export interface EventsByName {
  readonly 'task.started': EventFacts;
  readonly 'task.progress': EventFacts & { readonly stage: string; readonly step: string; readonly message: string };
  readonly 'task.completed': EndFacts & { readonly commit: string | null };
  readonly 'task.failed': EndFacts & { readonly code: string; readonly message: string; readonly step: string };
  readonly 'task.cancelled': EventFacts;
  readonly 'task.skipped': EventFacts & { readonly why: string };
  readonly 'task.waiting': EventFacts & { readonly why: string };
  readonly 'context.cleaned': EventFacts & { readonly project: string };
  readonly 'batch.completed': EventFacts;
  readonly progress: EventsByName['task.progress'];
  readonly 'task-completed': EventsByName['task.completed'];
  readonly 'task-failed': EventsByName['task.failed'];
  readonly 'task-cancelled': EventsByName['task.cancelled'];
  readonly 'context-cleaned': EventsByName['context.cleaned'];
  /** Every event, also those that have no line here. */
  readonly '*': EventFacts;
}
/** What can be listened for. */
export type EventName = keyof EventsByName;

/** Something that happened, as `GET /api/events` sends it. */
export interface AnyProjectEvent {
  /** Place in the journal: rises. */
  readonly seq: number;
  readonly id: string;
  /** For example `task.completed`. */
  readonly type: string;
  /** Its other name, for example `task-completed`. */
  readonly alias?: string | undefined;
  /** RFC 3339. */
  readonly at: string;
  readonly batch: string | null;
  readonly task: string | null;
  readonly data: EventFacts;
}

/** The same of one name. */
export type ProjectEvent<Name extends EventName> = AnyProjectEvent & { readonly data: EventsByName[Name] };

/** Events of the task, of all other tasks of its project, and of its batch. */
export interface ProjectEvents {
  /**
   * Calls `listener` for each event of that name, once and in order, from the task's start on: the first call of `on` also
   * brings what happened before it. What a listener throws fails the task. While somebody listens the process stays.
   * @returns ends it
   */
  on<Name extends EventName>(name: Name, listener: (event: ProjectEvent<Name>) => unknown): () => void;
}

/** Everything around a task. */
export interface TaskContext {
  /** Top of the tree in which the task works, and the current directory: what changes here is verified and committed. */
  readonly projectPath: string;
  readonly project: {
    readonly id: string;
    readonly name: string;
    /** The user's own checkout: to be read, not written. */
    readonly checkout: string;
  };
  readonly components: Components;
  readonly events: ProjectEvents;
  /** Secrets of this project alone; null: there is none. */
  readonly credentials: { readonly githubToken: string | null };
  /** A folder of this run alone, removed when it has ended; also `TMPDIR`. */
  readonly temporaryDirectory: string;
  /** Aborted when the task is cancelled, paused with --now, or out of time: a few seconds later the process ends. */
  readonly signal: AbortSignal;
  /** Says what the task is at: a word for the stage, and a line for people. */
  readonly progress: (stage: string, message: string) => void;
}

/** How a task ended. `data` (JSON, at most 1 MB) is kept as its result either way. */
export interface TaskOutcome<Data> {
  readonly success: boolean;
  readonly data?: Data;
  /** Why it failed, for people. */
  readonly message?: string;
}

/** A kind of task. */
export interface TaskHandler<Params, Data> {
  /** Lower-case letters, digits and dashes, beginning with a letter; no built-in kind. */
  readonly kind: string;
  /** Checked before a task is queued; absent: any object. */
  readonly params?: Schema<Params>;
  /** Checked before a result is kept; absent: anything that is JSON. */
  readonly result?: Schema<Data>;
  /** Does the task. What it throws fails the task. */
  run(task: HandledTask<Params>, context: TaskContext): TaskOutcome<Data> | Promise<TaskOutcome<Data>>;
}

/** A handler as a module exports it. */
export type DefinedHandler<Params, Data> = TaskHandler<Params, Data> & { readonly [HANDLER]: 1 };

/** Marks what {@link defineTaskHandler} made; the same in every copy of this module. */
export const HANDLER: unique symbol = Symbol.for('nightloom.task-handler');

/** Defines a kind of task; a module exports what this gives, under any names. */
export function defineTaskHandler<Params = Record<string, unknown>, Data = unknown>(
  handler: TaskHandler<Params, Data>,
): DefinedHandler<Params, Data> {
  return { ...handler, run: (task, context) => handler.run(task, context), [HANDLER]: 1 };
}
