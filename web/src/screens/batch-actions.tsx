/** What can be done with a batch in its present state. */
import { lazy, Suspense, useState } from 'react';
import type { BatchSummary } from '../../../src/contracts/views.ts';
import { useBatchActions } from '../data/batches.ts';
import { openOf } from '../model/progress.ts';
import { Button } from '../ui/button.tsx';
import { Confirm } from '../ui/dialog.tsx';
import { MoreIcon } from '../ui/icons.tsx';
import { Menu } from '../ui/menu.tsx';
import type { MenuItem } from '../ui/menu.tsx';

const OffloadPanel = lazy(async () => ({ default: (await import('./tonight/offload-panel.tsx')).OffloadPanel }));

/** See {@link BatchActions}. */
export interface BatchActionsProps {
  readonly batch: BatchSummary;
  /** Called when the batch was taken out of sight. */
  readonly onRemoved?: () => void;
}

type Asking = 'cancel' | 'remove' | 'offload' | null;

/** The one obvious action as a button, the others in a menu. */
export function BatchActions({ batch, onRemoved = () => undefined }: BatchActionsProps) {
  const actions = useBatchActions(batch);
  const [asking, setAsking] = useState<Asking>(null);
  const { status } = batch;
  const isRunning = status === 'running';
  const isOpen = isRunning || status === 'idle' || status === 'paused';
  const canRetry = batch.counts.failed > 0 && status !== 'cancelled';
  const steer: MenuItem[] = [];
  if (isRunning && batch.hold !== null) steer.push({ label: 'Do not wait any longer', run: actions.skipWait });
  if (isRunning)
    steer.push({ label: 'Pause now', detail: 'Stops the running task; it can be resumed', run: actions.pauseNow });
  if (canRetry && isOpen) steer.push({ label: 'Try the failed tasks again', run: actions.retryFailed });
  if (isOpen && openOf(batch.counts) > 0) steer.push({ label: 'Move tasks…', run: () => setAsking('offload') });
  const end: MenuItem[] = isOpen
    ? [{ label: 'Cancel the batch…', run: () => setAsking('cancel'), isDanger: true }]
    : [{ label: 'Take it out of sight…', run: () => setAsking('remove'), isDanger: true }];
  const button = (label: string, run: () => void, isPrimary: boolean) => (
    <Button size="s" kind={isPrimary ? 'primary' : 'plain'} isDisabled={actions.isBusy} onPress={run}>
      {label}
    </Button>
  );
  const close = (): void => setAsking(null);
  return (
    <div className="row row-tight">
      {status === 'idle' && button('Start', actions.start, true)}
      {isRunning && button('Pause', actions.pause, false)}
      {status === 'paused' && button('Resume', actions.resume, true)}
      {canRetry && !isOpen && button('Try failed again', actions.retryFailed, false)}
      <Menu
        label={`More actions for ${batch.name}`}
        button={<MoreIcon />}
        groups={[{ items: steer }, { items: end }]}
      />
      <Confirm
        title={`Cancel ${batch.name}?`}
        text="The running task is ended and its work is kept; nothing more is started. What was committed stays."
        action="Cancel the batch"
        isOpen={asking === 'cancel'}
        onClose={close}
        onConfirm={actions.cancel}
      />
      <Confirm
        title={`Take ${batch.name} out of sight?`}
        text="It leaves the lists and reports; branches and commits stay. nightloom batch restore brings it back."
        action="Take it out"
        isOpen={asking === 'remove'}
        onClose={close}
        onConfirm={() => actions.remove(onRemoved)}
      />
      <Suspense>{asking === 'offload' && <OffloadPanel source={batch} chosen={[]} onClose={close} />}</Suspense>
    </div>
  );
}
