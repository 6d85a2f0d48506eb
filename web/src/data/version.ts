/** Whether the stack was upgraded under the open page. */
import { version } from 'virtual:routes';
import { useQuery } from '@tanstack/react-query';
import { api } from './api.ts';

/** Asked again whenever the connection was lost and is there again, as everything is. */
function healthQuery() {
  return {
    queryKey: ['health'],
    queryFn: ({ signal }: { readonly signal: AbortSignal }) => api.call('health', { signal }),
    staleTime: Infinity,
  };
}

/** Version of the stack if it is another than the page's; null while they are the same, or it is not known. */
export function useOtherVersion(): string | null {
  const { data } = useQuery(healthQuery());
  return data === undefined || data.version === version ? null : data.version;
}
