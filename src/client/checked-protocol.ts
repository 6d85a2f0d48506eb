/** The protocol of programs that may meet an API of another version: every answer is compared with its schema. */
import { AppError } from '../contracts/errors.ts';
import { routes, streams } from '../contracts/http.ts';
import type { RouteAnswer, RouteName } from '../contracts/http.ts';
import { LogRangeSchema } from '../contracts/log-views.ts';
import { EventViewSchema } from '../contracts/views.ts';
import type { Protocol } from './protocol.ts';

/** See above. */
export const CHECKED_PROTOCOL: Protocol = {
  routes,
  streams,
  readAnswer: <Name extends RouteName>(name: Name, body: unknown): RouteAnswer<Name> => {
    const { answers, method, path } = routes[name];
    const answer = answers.safeParse(body);
    // The schema is the one of this name's row; TypeScript cannot follow that through the table.
    if (answer.success) return answer.data as RouteAnswer<Name>;
    throw new AppError('internal', `The answer of ${method} ${path} has not the form of this version's.`, {
      details: { issues: answer.error.issues.slice(0, 10) },
    });
  },
  readEvent: (data) => EventViewSchema.parse(JSON.parse(data)),
  readLogRange: (data) => LogRangeSchema.parse(JSON.parse(data)),
};
