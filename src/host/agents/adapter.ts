/**
 * What an agent adapter is: it builds the command of a run, reads its output line by line and classifies its end. It
 * starts no process; whoever runs the command feeds the parser and hands over how the process ended.
 */
import type { AgentOutcome } from '../../contracts/outcome.ts';
import type { Settings } from '../../contracts/settings.ts';
import type { AgentName, Phase } from '../../contracts/vocabulary.ts';

/** What a run is asked to do. */
export interface AgentRequest {
  /** Given to the program on stdin, never as an argument. */
  readonly prompt: string;
  /** See `sessionLaunch`: `resume` continues the conversation `id`, otherwise a new one is given that id. */
  readonly session: { readonly id: string | null; readonly resume: boolean };
  /** Absolute path of the workspace; the process must be started there. */
  readonly cwd: string;
  readonly settings: Settings;
  /** JSON schema that the final answer must fulfil; absent: free text. */
  readonly schema?: Readonly<Record<string, unknown>>;
}

/** How to start the program. */
export interface AgentCommand {
  readonly argv: readonly [string, ...string[]];
  /** Added to `agentEnvironment`; see its `additions`. */
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: string;
}

/** One thing that an agent did or said, for readable logs. */
export type AgentEvent =
  | {
      readonly type: 'init';
      readonly sessionId: string | null;
      readonly model: string | null;
      readonly version: string | null;
    }
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'tool'; readonly name: string; readonly summary: string }
  | { readonly type: 'tool_result'; readonly ok: boolean; readonly summary: string }
  | {
      readonly type: 'retry';
      readonly attempt: number | null;
      readonly delayMs: number | null;
      readonly reason: string;
    }
  | {
      readonly type: 'limit';
      readonly status: string;
      readonly window: string | null;
      readonly resetAtMs: number | null;
    }
  | { readonly type: 'usage'; readonly tokens: number }
  | { readonly type: 'note'; readonly text: string }
  | {
      readonly type: 'final';
      readonly ok: boolean;
      readonly text: string;
      /** The answer in the form of the request's schema, not checked; absent: the agent gave none. */
      readonly structured?: Readonly<Record<string, unknown>>;
    };

/** What a run is doing; figures are null while the agent has not told them. */
export interface AgentProgress {
  readonly phase: Phase;
  readonly turns: number;
  readonly lastTool: string | null;
  readonly tokens: number | null;
  readonly costUsd: number | null;
}

/** What a parser must know beforehand. */
export interface ParserOptions {
  /**
   * US dollars that the session had cost before this run, because agents report the total over all runs of a session.
   * 0 or absent for a new session.
   */
  readonly priorCostUsd?: number;
  /** True when the run continues a session; absent: it begins one. */
  readonly isResumed?: boolean;
  /** True when the request carried a schema. */
  readonly wantsSchema?: boolean;
}

/** Reads one run's stdout. Feeding the same lines again into a new parser gives the same state. */
export interface AgentParser {
  /** One line without its line feed; never throws, whatever the line holds. */
  push(line: string): AgentEvent[];
  /** True once the agent gave its final result and has said nothing since: it should exit by itself soon. */
  isFinal(): boolean;
  progress(): AgentProgress;
}

/** How the process ended, and whether we had a hand in it. */
export interface AgentExit {
  /** null when ended by a signal or unknown. */
  readonly code: number | null;
  /** Like `SIGTERM`; null when it exited by itself. */
  readonly signal: string | null;
  /** We ended it because its time was up. */
  readonly timedOut: boolean;
  /** We ended it on request: cancel, or pause with --now. */
  readonly terminated: boolean;
  /** Nobody knows how it ended: the machine or the shim died. */
  readonly lost: boolean;
  /** We ended it because it was silent for too long. */
  readonly stalled: boolean;
}

/** Everything that decides over a run. */
export interface RunEvidence {
  /** The parser of the same adapter that was fed the whole stdout. */
  readonly parser: AgentParser;
  readonly exit: AgentExit;
  /** End of stderr; a few KB are enough. */
  readonly stderrTail: string;
  /** End of stdout; a few KB are enough. */
  readonly stdoutTail: string;
  /** When the run ended, as epoch milliseconds. */
  readonly endedAtMs: number;
  /** When the run started, as epoch milliseconds. */
  readonly startedAtMs: number;
}

/** Checks before a start, executed by others. */
export interface AgentChecks {
  /** Exit 0 and some output means that the program is installed; null when nothing can be asked. */
  readonly version: readonly [string, ...string[]] | null;
  /** Asks for the login; null when the agent needs none. */
  readonly login: readonly [string, ...string[]] | null;
  /** Reads the answer of `login`; unreadable answers count as not logged in. */
  readLogin(stdout: string, code: number | null): LoginState;
}

/** What the login check found. */
export interface LoginState {
  readonly loggedIn: boolean;
  /** Like `oauth_token` or `api_key`; null when unknown. */
  readonly method: string | null;
}

/** One supported agent. */
export interface AgentAdapter {
  readonly name: AgentName;
  /** `none`: a fix round or continuation is a new run whose prompt says what happened. */
  readonly resume: 'session' | 'none';
  /**
   * Names the account that `env` logs in to, so that its limits are shared; the same text for the same account, and
   * no secret in it.
   */
  accountKey(env: Readonly<Record<string, string | undefined>>): string;
  /** @throws AppError invalid_settings when the settings lack what this agent needs */
  command(request: AgentRequest): AgentCommand;
  parser(options?: ParserOptions): AgentParser;
  /** @throws TypeError when the evidence holds another adapter's parser: a bug of the caller */
  outcome(evidence: RunEvidence): AgentOutcome;
  /**
   * @param env environment that the agent will get
   * @throws AppError invalid_settings when the settings lack what this agent needs
   */
  checks(settings: Settings, env: Readonly<Record<string, string | undefined>>): AgentChecks;
}
