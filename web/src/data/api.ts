/** The one client of the page. The session is a cookie that scripts cannot read. */
import { routes, streams } from 'virtual:routes';
import { createClientOf } from '../../../src/client/create-client-of.ts';
import type { Protocol } from '../../../src/client/protocol.ts';
import type { RouteAnswer, RouteName } from '../../../src/contracts/http.ts';
import type { LogRangeView } from '../../../src/contracts/log-views.ts';
import type { EventView } from '../../../src/contracts/views.ts';

/**
 * Page and API are of one build: the API that answers is the one that served this page, and it checks its answers
 * against the same schemas. So they are taken as what they are.
 */
const OWN_PROTOCOL: Protocol = {
  routes,
  streams,
  readAnswer: <Name extends RouteName>(_name: Name, body: unknown) => body as RouteAnswer<Name>,
  readEvent: (data) => JSON.parse(data) as EventView,
  readLogRange: (data) => JSON.parse(data) as LogRangeView,
};

/** The API that served this page. */
export const api = createClientOf(OWN_PROTOCOL, { baseUrl: location.origin, token: null });

/** Where journal events come from, and how they are read. */
export const journal = {
  path: streams.events,
  read: (data: string): EventView => OWN_PROTOCOL.readEvent(data),
} as const;
