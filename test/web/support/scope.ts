/** How much of the dashboard's tests runs: a quick part within `npm test`, all of it in `npm run test:web`. */
import { inject } from 'vitest';
import type { Width } from './watch.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Each flow once, at one width. */
    isQuick: boolean;
  }
}

/** See above. */
export const IS_QUICK: boolean = inject('isQuick');
/** Widths that flows run at. */
export const FLOW_WIDTHS: readonly Width[] = IS_QUICK ? ['wide'] : ['wide', 'narrow'];
