/** Agents of the machine in words. */
import type { AgentInfo } from '../../../src/contracts/agent-routes.ts';
import type { Tone } from './words.ts';

/** Whether an agent could work now. One that is not installed is no fault: nobody needs all of them. */
export function agentState({ installed, login }: AgentInfo): { readonly tone: Tone; readonly word: string } {
  if (!installed) return { tone: 'off', word: 'Not installed' };
  switch (login) {
    case 'yes':
      return { tone: 'good', word: 'Logged in' };
    case 'no':
      return { tone: 'bad', word: 'Not logged in' };
    case 'not_needed':
      return { tone: 'good', word: 'Needs no login' };
    case 'unknown':
      return { tone: 'idle', word: 'Login not known' };
  }
}
