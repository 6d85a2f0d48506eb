/** Proposals of background tasks, as callers see them. */
import type { ProposalView } from '../../contracts/background-routes.ts';
import type { ProposalState, Weighed } from '../../domain/proposals.ts';

/** One proposal. */
export function toProposalView({ proposal, state, sha256 }: Weighed): ProposalView {
  const { id, role, title, reason, text, base } = proposal;
  const change = base === null ? 'create' : 'edit';
  return { id, role, change, title, reason, text, state, message: proposalProblem(id, state), sha256 };
}

/** What is in a proposal's way, in words; null: nothing. */
export function proposalProblem(id: string, state: ProposalState): string | null {
  switch (state) {
    case 'open':
    case 'applied':
      return null;
    case 'changed':
      return `Requirement ${id} was changed since the task was made.`;
    case 'gone':
      return `Requirement ${id} is not there any more.`;
    case 'taken':
      return `There is another requirement ${id}.`;
    case 'done':
      return `Requirement ${id} was worked off already.`;
  }
}
