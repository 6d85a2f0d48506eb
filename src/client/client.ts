/** The API as functions, for programs of Node: every answer is checked. The dashboard has its own, lighter protocol. */
import { CHECKED_PROTOCOL } from './checked-protocol.ts';
import { createClientOf } from './create-client-of.ts';
import type { Client, ClientOptions } from './create-client-of.ts';

export type { Client } from './create-client-of.ts';

/** A client of the API at `baseUrl`. Keeps no connection and no state. */
export function createClient(options: ClientOptions): Client {
  return createClientOf(CHECKED_PROTOCOL, options);
}
