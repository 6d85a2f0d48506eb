/** What can be done with a batch in its present state. */
import { useState } from 'react';
import type { BatchSummary } from '../../../src/contracts/views.ts';
import { commandId, useCommand } from '../data/commands.ts';
import { Confirm } from '../ui/dialog.tsx';
import { MoreIcon } from '../ui/icons.tsx';
import { Menu } from '../ui/menu.tsx';
import type { MenuItem } from '../ui/menu.tsx';

/** The one obvious action as a button, the others in a menu. */
export function BatchActions({ batch }: { readonly batch: BatchSummary }) {
  const say = (answer: { readonly message: string }): string => `${batch.name}: ${answer.message}`;
  const start = useCommand('startBatch', say);
  const pause = useCommand('pauseBatch', say);
  const resume = useCommand('resumeBatch', say);
  const skipWait = useCommand('skipWait', say);
  const cancel = useCommand('cancelBatch', say);
  const retry = useCommand('retryBatch', ({ name }) => `${name}: the failed tasks are queued again.`);
  const [isAsking, setAsking] = useState(false);
  const isBusy = [start, pause, resume, skipWait, cancel, retry].some((each) => each.isPending);
  const params = { id: batch.id };
  const plain = () => ({ params, body: { commandId: commandId() } });

  const { status } = batch;
  const isRunning = status === 'running';
  const isOpen = isRunning || status === 'idle' || status === 'paused';
  const canRetry = batch.counts.failed > 0 && status !== 'cancelled';
  const more: MenuItem[] = [];
  if (isRunning && batch.hold !== null) more.push({ label: 'Do not wait any longer', run: () => skipWait.mutate(plain()) });
  if (isRunning) {
    const run = (): void => pause.mutate({ params, body: { commandId: commandId(), now: true } });
    more.push({ label: 'Pause now, stop the running task', run });
  }
  if (canRetry && isOpen) more.push({ label: 'Try the failed tasks again', run: () => retry.mutate(plain()) });
  if (isOpen) more.push({ label: 'Cancel the batch…', run: () => setAsking(true), isDanger: true });
  return (
    <div className="row">
      {status === 'idle' && (
        <button type="button" className="button button-primary" disabled={isBusy} onClick={() => start.mutate(plain())}>
          Start
        </button>
      )}
      {isRunning && (
        <button type="button" className="button" disabled={isBusy} onClick={() => pause.mutate(plain())}>
          Pause
        </button>
      )}
      {status === 'paused' && (
        <button type="button" className="button button-primary" disabled={isBusy} onClick={() => resume.mutate(plain())}>
          Resume
        </button>
      )}
      {canRetry && !isOpen && (
        <button type="button" className="button" disabled={isBusy} onClick={() => retry.mutate(plain())}>
          Try failed again
        </button>
      )}
      <Menu label={`More actions for ${batch.name}`} button={<MoreIcon />} items={more} />
      <Confirm
        title={`Cancel ${batch.name}?`}
        text="The running task is ended and its work is kept; nothing more is started. What was committed stays."
        action="Cancel the batch"
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        onConfirm={() => cancel.mutate(plain())}
      />
    </div>
  );
}
