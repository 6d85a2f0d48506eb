/** Made at build time from `src/contracts/http.ts` by `scripts/web-plugins.ts`. */
declare module 'virtual:routes' {
  import type { Protocol } from '../../src/client/protocol.ts';

  export const routes: Protocol['routes'];
  export const streams: Protocol['streams'];
  /** Of the package that the page was built from. */
  export const version: string;
}
