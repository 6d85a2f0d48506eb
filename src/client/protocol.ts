/** What a client must know of the API, apart from how its answers are checked. Free of zod, as is all that uses it. */
import type { RouteAnswer, RouteName } from '../contracts/http.ts';
import type { LogRangeView } from '../contracts/log-views.ts';
import type { EventView } from '../contracts/views.ts';

/** How a route is called. */
export interface RouteLine {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With `:name` where a value goes. */
  readonly path: string;
}

/** Paths of the streams. */
export interface StreamPaths {
  readonly events: string;
  readonly followLog: string;
}

/** The API as a client sees it. */
export interface Protocol {
  readonly routes: Readonly<Record<RouteName, RouteLine>>;
  readonly streams: StreamPaths;
  /** @throws AppError internal, if the body has not the form of this version's answer and the protocol looks */
  readAnswer<Name extends RouteName>(name: Name, body: unknown): RouteAnswer<Name>;
  /** Data of an event of the journal stream. */
  readEvent(data: string): EventView;
  /** Data of an event of a log stream. */
  readLogRange(data: string): LogRangeView;
}
