/** What a background task proposes about requirement files, and what would become of each proposal now. Pure. */
import type { BackgroundResult, StoryRef } from '../contracts/background.ts';

/** One thing of a result that can be applied by itself: a file as it would be. */
export interface Proposal {
  /** Name of the requirement; at most once in a result. */
  readonly id: string;
  readonly role: 'refinement' | 'story' | 'target' | 'related_update';
  readonly title: string;
  /** Why it is proposed; null: the agent did not say of each. */
  readonly reason: string | null;
  /** Text of the whole file. */
  readonly text: string;
  /** sha256 of the text that it was made from; null: there was no such file. */
  readonly base: string | null;
}

/**
 * `open`: applying does what was proposed. `applied`: the file is like that already. The others are conflicts: `changed`
 * since the task was made, `gone`, `taken` by another text, `done`: worked off and deleted with its commit.
 */
export type ProposalState = 'open' | 'applied' | 'changed' | 'gone' | 'taken' | 'done';

/** How the file lies there now. */
export interface Present {
  /** null: there is no such file. */
  readonly sha256: string | null;
  /** sha256 of the text that a completed task worked off last; null: none did. */
  readonly completed: string | null;
}

/** A proposal with what it would meet now. */
export interface Weighed {
  readonly proposal: Proposal;
  readonly state: ProposalState;
  /** Of the file as it is now; null: there is none. */
  readonly sha256: string | null;
}

/** The proposals of a result, in its order. */
export function proposalsOf({ kind, result }: BackgroundResult, stories: readonly StoryRef[]): Proposal[] {
  const base = (id: string): string | null => stories.find((story) => story.id === id)?.sha256 ?? null;
  switch (kind) {
    case 'refine':
      return result.refinements.map(({ storyId: id, title, body, explanation: reason }) => ({
        id,
        role: 'refinement' as const,
        title,
        reason,
        text: textOf(body),
        base: base(id),
      }));
    case 'generate':
      return result.stories.map(({ id, title, body }) => ({
        id,
        role: 'story' as const,
        title,
        reason: null,
        text: textOf(body),
        base: null,
      }));
    case 'story-edit': {
      const { storyId, target, related_updates: related } = result;
      const edited = { id: storyId, role: 'target' as const, reason: null, base: base(storyId) };
      return [
        { ...edited, title: target.title, text: textOf(target.body) },
        ...related.map(({ storyId: id, title, body, reason }) => ({
          id,
          role: 'related_update' as const,
          title,
          reason,
          text: textOf(body),
          base: base(id),
        })),
      ];
    }
  }
}

/** What applying would meet. @param sha256 of the proposal's text */
export function proposalState(proposal: Pick<Proposal, 'base'>, sha256: string, now: Present): ProposalState {
  if (now.sha256 === sha256) return 'applied';
  if (now.sha256 === null) {
    if (now.completed === sha256) return 'done';
    return proposal.base === null ? 'open' : 'gone';
  }
  if (proposal.base === null) return 'taken';
  return now.sha256 === proposal.base ? 'open' : 'changed';
}

/** Whether applying it asks first. */
export function isConflict(state: ProposalState): boolean {
  return state !== 'open' && state !== 'applied';
}

function textOf(body: string): string {
  return `${body}\n`;
}
