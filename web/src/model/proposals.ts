/** Proposals of background tasks in words. */
import type { ProposalView } from '../../../src/contracts/background-routes.ts';
import type { Tone } from './words.ts';

/** What kinds of background tasks do, as people say it. */
export const ASK_WORDS = {
  refine: { verb: 'Refine', title: 'Refine requirements', result: 'Refinements' },
  generate: { verb: 'Generate', title: 'Generate requirements', result: 'Proposed requirements' },
  'story-edit': { verb: 'Change', title: 'Change a requirement', result: 'Proposed change' },
} as const;

const ROLES: Readonly<Record<ProposalView['role'], string>> = {
  refinement: 'Refined',
  story: 'New',
  target: 'Changed',
  related_update: 'Follows from it',
};

const STATES: Readonly<Record<ProposalView['state'], { readonly tone: Tone; readonly word: string }>> = {
  open: { tone: 'idle', word: 'Not applied' },
  applied: { tone: 'good', word: 'Applied' },
  changed: { tone: 'wait', word: 'Changed since' },
  gone: { tone: 'wait', word: 'Gone since' },
  taken: { tone: 'wait', word: 'Name is taken' },
  done: { tone: 'wait', word: 'Worked off already' },
};

/** What it is to the result. */
export function roleWord(role: ProposalView['role']): string {
  return ROLES[role];
}

/** Whether it can be applied. */
export function proposalState({ state }: Pick<ProposalView, 'state'>): { readonly tone: Tone; readonly word: string } {
  return STATES[state];
}

/** True if applying it would overrule something. */
export function isInTheWay({ state }: Pick<ProposalView, 'state'>): boolean {
  return state !== 'open' && state !== 'applied';
}

/** What a result says of itself: its summary or reasoning; null: nothing. */
export function summaryOf(result: unknown): string | null {
  if (typeof result !== 'object' || result === null) return null;
  if ('summary' in result && typeof result.summary === 'string') return result.summary;
  return 'reasoning' in result && typeof result.reasoning === 'string' ? result.reasoning : null;
}
