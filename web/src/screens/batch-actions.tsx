/** What can be done with a batch in its present state. */
import { useState } from 'react';
import type { BatchSummary } from '../../../src/contracts/views.ts';
import { commandId, useCommand } from '../data/commands.ts';
import { Confirm } from '../ui/dialog.tsx';
import { MoreIcon } from '../ui/icons.tsx';
import { Menu } from '../ui/menu.tsx';
import type { MenuItem } from '../ui/menu.tsx';
import { Button } from '../ui/button.tsx';

/** The commands of a batch, each with what it says when it has worked. */
function useBatchCommands(batch: BatchSummary) {
  const say = (answer: { readonly message: string }): string => `${batch.name}: ${answer.message}`;
  const start = useCommand('startBatch', say);
  const pause = useCommand('pauseBatch', say);
  const resume = useCommand('resumeBatch', say);
  const skipWait = useCommand('skipWait', say);
  const cancel = useCommand('cancelBatch', say);
  const retry = useCommand('retryBatch', ({ name }) => `${name}: the failed tasks are queued again.`);
  const params = { id: batch.id };
  const plain = () => ({ params, body: { commandId: commandId() } });
  return {
    isBusy: [start, pause, resume, skipWait, cancel, retry].some((each) => each.isPending),
    start: () => start.mutate(plain()),
    pause: () => pause.mutate(plain()),
    pauseNow: () => pause.mutate({ params, body: { commandId: commandId(), now: true } }),
    resume: () => resume.mutate(plain()),
    skipWait: () => skipWait.mutate(plain()),
    cancel: () => cancel.mutate(plain()),
    retry: () => retry.mutate(plain()),
  };
}

/** The one obvious action as a button, the others in a menu. */
export function BatchActions({ batch }: { readonly batch: BatchSummary }) {
  const commands = useBatchCommands(batch);
  const [isAsking, setAsking] = useState(false);
  const { status } = batch;
  const isRunning = status === 'running';
  const isOpen = isRunning || status === 'idle' || status === 'paused';
  const canRetry = batch.counts.failed > 0 && status !== 'cancelled';
  const more: MenuItem[] = [];
  if (isRunning && batch.hold !== null) more.push({ label: 'Do not wait any longer', run: commands.skipWait });
  if (isRunning) more.push({ label: 'Pause now, stop the running task', run: commands.pauseNow });
  if (canRetry && isOpen) more.push({ label: 'Try the failed tasks again', run: commands.retry });
  if (isOpen) more.push({ label: 'Cancel the batch…', run: () => setAsking(true), isDanger: true });
  const button = (label: string, run: () => void, isPrimary: boolean) => (
    <Button kind={isPrimary ? 'primary' : 'plain'} isDisabled={commands.isBusy} onPress={run}>
      {label}
    </Button>
  );
  return (
    <div className="row">
      {status === 'idle' && button('Start', commands.start, true)}
      {isRunning && button('Pause', commands.pause, false)}
      {status === 'paused' && button('Resume', commands.resume, true)}
      {canRetry && !isOpen && button('Try failed again', commands.retry, false)}
      <Menu label={`More actions for ${batch.name}`} button={<MoreIcon />} groups={[{ items: more }]} />
      <Confirm
        title={`Cancel ${batch.name}?`}
        text="The running task is ended and its work is kept; nothing more is started. What was committed stays."
        action="Cancel the batch"
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        onConfirm={commands.cancel}
      />
    </div>
  );
}
