/** What is asked of the machine of the host: its agents, and what work there needs. */
import { queryOptions } from '@tanstack/react-query';
import { api } from './api.ts';

/** The agents of the host. Asks their programs, so it is asked for only where it is shown. */
export function agentsQuery() {
  return queryOptions({
    queryKey: ['agents'],
    queryFn: ({ signal }) => api.call('listAgents', { signal }),
    staleTime: 30_000,
  });
}

/** What the host needs. Starts programs there, as the above. */
export function doctorQuery() {
  return queryOptions({
    queryKey: ['doctor'],
    queryFn: ({ signal }) => api.call('doctor', { signal }),
    staleTime: 30_000,
  });
}
