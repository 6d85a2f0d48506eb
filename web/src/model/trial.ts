/** A try of verification commands in words. */
import type { VerifyTrial } from '../../../src/contracts/trial-routes.ts';
import type { Tone } from './words.ts';

/** How one command stands; `isOver`: nothing of the try begins any more. */
export function trialCheckState(
  { status, exitCode, timedOut }: VerifyTrial['checks'][number],
  isOver: boolean,
): { readonly tone: Tone; readonly word: string } {
  switch (status) {
    case 'waiting':
      return isOver ? { tone: 'off', word: 'Not tried' } : { tone: 'idle', word: 'Waits' };
    case 'running':
      return { tone: 'active', word: 'Runs' };
    case 'ended':
      if (timedOut) return { tone: 'bad', word: 'Timed out' };
      return exitCode === 0
        ? { tone: 'good', word: 'Exit 0' }
        : { tone: 'bad', word: `Exit ${exitCode ?? 'by signal'}` };
  }
}
