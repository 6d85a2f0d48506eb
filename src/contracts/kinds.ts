/**
 * What each kind of task does, as far as the pipeline must know. Free of zod: workflows decide by these. The parameters
 * are in `kind-params.ts`, and what is run is in `host/kinds/`.
 */
import { BUILTIN_KINDS } from './vocabulary.ts';
import type { BuiltinKind, HandlerKind, Stage, Step, TaskKind } from './vocabulary.ts';

/** What the pipeline must know of a kind. */
export interface KindTraits {
  /** Who works: a coding agent, a program without a shell, or a handler of the project. */
  readonly runs: 'agent' | 'command' | 'handler';
  /**
   * What becomes of changes in the tree. `must`: no change is a failure. `may`: what changed is verified and committed,
   * and nothing changed is fine. `never`: works in a detached worktree that is taken back, and commits nothing.
   */
  readonly changes: 'must' | 'may' | 'never';
  /** Works off a requirement file, which goes with the commit. */
  readonly deletesRequirement: boolean;
  /** Has a step on the host before its run, stage `checkout`. */
  readonly prepares: boolean;
  /** Has a step on the host after its commit, stage `respond`. */
  readonly responds: boolean;
  /** Leaves a result, which is kept with the task. */
  readonly hasResult: boolean;
  /** What it reports of itself, in this order. */
  readonly stages: readonly Stage[];
}

const EXECUTES: readonly Stage[] = ['execute'];

const REQUIREMENT: KindTraits = {
  runs: 'agent',
  changes: 'must',
  deletesRequirement: true,
  prepares: false,
  responds: false,
  hasResult: false,
  stages: EXECUTES,
};
const WORK: KindTraits = { ...REQUIREMENT, changes: 'may', deletesRequirement: false, hasResult: true };
const LOOK: KindTraits = { ...WORK, changes: 'never' };
const GITHUB: KindTraits = { ...WORK, prepares: true, responds: true, stages: ['checkout', 'execute', 'respond'] };
const HANDLER: KindTraits = { ...WORK, runs: 'handler' };

const TRAITS: Readonly<Record<BuiltinKind, KindTraits>> = {
  requirement: REQUIREMENT,
  refine: LOOK,
  generate: LOOK,
  'story-edit': LOOK,
  'process-issue': GITHUB,
  'process-comment': GITHUB,
  'process-pr': GITHUB,
  'claude-cli': WORK,
  'custom-command': { ...WORK, runs: 'command' },
};

/** Other names of built-in kinds, as they are accepted wherever a kind is named. */
export const KIND_ALIASES: Readonly<Record<string, BuiltinKind>> = {
  'issue-processing': 'process-issue',
  'comment-processing': 'process-comment',
  'pr-processing': 'process-pr',
};

const KIND_NAME = /^[a-z][a-z0-9-]{0,62}$/;

/** What a kind does; a kind that is not built in is a handler's. */
export function traitsOf(kind: TaskKind): KindTraits {
  return isBuiltinKind(kind) ? TRAITS[kind] : HANDLER;
}

/** True for the name of a built-in kind, not for an alias. */
export function isBuiltinKind(text: string): text is BuiltinKind {
  return BUILTIN_KINDS.some((kind) => kind === text);
}

/** True for a name that a handler's kind may have. */
export function isHandlerKind(text: string): text is HandlerKind {
  return KIND_NAME.test(text) && !isBuiltinKind(text) && !Object.hasOwn(KIND_ALIASES, text);
}

/** The kind that `text` names, aliases resolved; null when no kind can have that name. */
export function toKind(text: string): TaskKind | null {
  const name = (Object.hasOwn(KIND_ALIASES, text) ? KIND_ALIASES[text] : undefined) ?? text;
  return isBuiltinKind(name) || isHandlerKind(name) ? name : null;
}

/** The stage that a step of the pipeline belongs to; null between steps. */
export function stageOf(step: Step | null): Stage | null {
  switch (step) {
    case null:
      return null;
    case 'prepare':
    case 'checkout':
      return 'checkout';
    case 'agent':
    case 'verify':
    case 'fix':
    case 'delete':
    case 'commit':
      return 'execute';
    case 'respond':
    case 'settle':
    case 'deliver':
      return 'respond';
  }
}
