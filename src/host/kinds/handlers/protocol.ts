/** What a host worker and the process of a handler say to each other. Imports nothing: that process starts at every task. */

/** Begins each line on standard output that is meant for us. */
export const SAID = '::nightloom:: ';

/** File in the run's directory that says how the handler ended. */
export const HANDLED_FILE = 'handled.json';

/** File in the run's directory with what happened in the project meanwhile, as JSON lines. */
export const EVENTS_FILE = 'events.jsonl';

/** The token, for the process alone: it takes it out of its environment before any foreign code runs. */
export const TOKEN_VARIABLE = 'NIGHTLOOM_HANDLER_TOKEN';

/** Standard input of the process. */
export type HandlerOrder = CheckOrder | RunOrder;

/** Say which kinds the modules define; with a kind: check parameters for it. */
export interface CheckOrder {
  readonly action: 'check';
  /** Absolute paths. */
  readonly modules: readonly string[];
  readonly kind: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** Run a task. */
export interface RunOrder {
  readonly action: 'run';
  readonly modules: readonly string[];
  readonly kind: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly task: { readonly id: string; readonly name: string; readonly attempt: number; readonly batchId: string };
  readonly project: { readonly id: string; readonly name: string; readonly checkout: string };
  readonly workspace: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** Folder of the project's kept values. */
  readonly stateDirectory: string;
  readonly temporaryDirectory: string;
  /** Where to say how it ended; see {@link HANDLED_FILE}. */
  readonly handledFile: string;
  /** See {@link EVENTS_FILE}. */
  readonly eventsFile: string;
  /** Where the project is on GitHub, or why nobody knows. */
  readonly github:
    | { readonly apiUrl: string; readonly repository: { readonly owner: string; readonly name: string } }
    | { readonly problem: string };
}

/** Answer to a {@link CheckOrder}. */
export interface CheckAnswer {
  readonly kinds: readonly string[];
  /** null: none of the modules defines the kind. */
  readonly checked:
    | { readonly params: unknown }
    | { readonly mistakes: readonly { readonly path: string; readonly message: string }[] }
    | null;
}

/** How a handler ended. */
export interface Handled {
  readonly success: boolean;
  readonly message: string;
  /** null: nothing. */
  readonly data: unknown;
}
