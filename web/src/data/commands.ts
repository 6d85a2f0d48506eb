/** What the screens do. Every command says how it ended: in a toast, and by the renewed answers. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { RouteAnswer, RouteBody, RouteName } from '../../../src/contracts/http.ts';
import { notify } from '../ui/notify.tsx';
import { api } from './api.ts';
import { describeError } from './describe-error.ts';
import { KEYS } from './queries.ts';
import { noticeError } from './session.ts';

/** What a command needs. */
export interface CommandInput<Name extends RouteName> {
  readonly params?: Readonly<Record<string, string>>;
  readonly body?: RouteBody<Name>;
}

/**
 * A command as a mutation.
 * @param done what to say when it has worked; null: nothing
 * @param options `areErrorsShown: false`: the caller says what went wrong where it did
 */
export function useCommand<Name extends RouteName>(
  route: Name,
  done: (answer: RouteAnswer<Name>) => string | null = () => null,
  { areErrorsShown = true }: { readonly areErrorsShown?: boolean } = {},
) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (input: CommandInput<Name>) => api.call(route, input),
    onSuccess: (answer) => {
      const text = done(answer);
      if (text !== null) notify({ tone: 'info', text });
    },
    onError: (error) => {
      noticeError(error);
      if (!areErrorsShown) return;
      const { fact, hint } = describeError(error);
      notify({ tone: 'error', text: fact, hint });
    },
    // Also after a refusal: what we showed was old then.
    onSettled: (_answer, _error, { params }) => {
      void queries.invalidateQueries({ queryKey: KEYS.batches });
      void queries.invalidateQueries({ queryKey: ['requirements'] });
      if (params?.['id'] !== undefined) void queries.invalidateQueries({ queryKey: KEYS.batch(params['id']) });
    },
  });
}

/** An id that makes a repeated send harmless. */
export function commandId(): string {
  return crypto.randomUUID();
}
