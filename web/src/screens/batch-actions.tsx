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
  const [isAsking, setAsking] = useState(false);
  const isBusy = [start, pause, resume, skipWait, cancel].some((each) => each.isPending);
  const params = { id: batch.id };
  const plain = () => ({ params, body: { commandId: commandId() } });
  if (batch.status === 'completed' || batch.status === 'cancelled') return null;

  const isRunning = batch.status === 'running';
  const more: MenuItem[] = [
    ...(batch.hold === null ? [] : [{ label: 'Do not wait any longer', run: () => skipWait.mutate(plain()) }]),
    ...(isRunning
      ? [
          {
            label: 'Pause now, stop the running task',
            run: () => pause.mutate({ params, body: { commandId: commandId(), now: true } }),
          },
        ]
      : []),
    { label: 'Cancel the batch…', run: () => setAsking(true), isDanger: true },
  ];
  return (
    <div className="row">
      {batch.status === 'idle' && (
        <button type="button" className="button button-primary" disabled={isBusy} onClick={() => start.mutate(plain())}>
          Start
        </button>
      )}
      {isRunning && (
        <button type="button" className="button" disabled={isBusy} onClick={() => pause.mutate(plain())}>
          Pause
        </button>
      )}
      {batch.status === 'paused' && (
        <button type="button" className="button button-primary" disabled={isBusy} onClick={() => resume.mutate(plain())}>
          Resume
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
