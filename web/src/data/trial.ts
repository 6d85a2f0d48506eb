/** Trying the verification commands of a project. The stack tries them, whether the page stays open or not. */
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import type { VerifyTrial } from '../../../src/contracts/trial-routes.ts';
import { notify } from '../ui/notify.tsx';
import { api } from './api.ts';
import { describeError } from './describe-error.ts';
import { noticeError } from './session.ts';

const EVERY_MS = 1000;

const key = (task: string) => ['trial', task] as const;

/** A try; followed until it is over. */
export function trialQuery(task: string) {
  return queryOptions({
    queryKey: key(task),
    queryFn: ({ signal }) => api.call('verifyTrial', { params: { id: task }, signal }),
    refetchInterval: ({ state: { data } }) => (data === undefined || isTrying(data) ? EVERY_MS : false),
  });
}

/** True until it has ended. */
export function isTrying({ status }: Pick<VerifyTrial, 'status'>): boolean {
  return status === 'idle' || status === 'queued' || status === 'running' || status === 'waiting';
}

/** Begins a try of the commands as they are saved. */
export function useTryVerification(project: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => api.call('tryVerification', { params: { id: project } }),
    onSuccess: (trial) => queries.setQueryData(key(trial.taskId), trial),
    onError: (error) => {
      noticeError(error);
      const { fact, hint } = describeError(error);
      notify({ tone: 'error', text: fact, hint });
    },
  });
}
