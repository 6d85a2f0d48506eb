/** What can be done with the chosen requirements: a batch of their own, or a place in one that is there. */
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { BatchSummary } from '../../../../src/contracts/views.ts';
import { commandId, useCommand } from '../../data/commands.ts';
import { batchesQuery } from '../../data/queries.ts';
import { plural } from '../../model/format.ts';
import { batchState } from '../../model/words.ts';
import { Button } from '../../ui/button.tsx';
import { Menu } from '../../ui/menu.tsx';
import { notify } from '../../ui/notify.tsx';
import { CreateBar } from '../create-bar.tsx';

/** So many batches are offered; others take tasks on their own pages. */
const MAX_OFFERED = 12;

/** Stays in view below the cards, while something is chosen. */
export function ChosenRequirements(props: {
  readonly project: string;
  readonly names: readonly string[];
  readonly onClear: () => void;
}) {
  const { project, names, onClear } = props;
  const navigate = useNavigate();
  const open = (useQuery(batchesQuery()).data?.items ?? []).filter(isOpen).slice(0, MAX_OFFERED);
  const add = useCommand('addTasks');
  if (names.length === 0) return null;
  const tasks = names.map((requirementName) => ({ projectId: project, requirementName }));
  const addTo = (batch: BatchSummary): void =>
    add.mutate(
      { params: { id: batch.id }, body: { commandId: commandId(), tasks } },
      {
        onSuccess: () => {
          onClear();
          notify({
            tone: 'good',
            text: `${plural(tasks.length, 'task')} added to ${batch.name}.`,
            action: {
              label: 'Open the batch',
              run: () => void navigate({ to: '/batches/$batchId', params: { batchId: batch.id } }),
            },
          });
        },
      },
    );
  return (
    <CreateBar chosen={tasks}>
      <Menu
        label="Add to batch…"
        className="button button-plain button-m"
        button="Add to batch…"
        groups={[
          {
            title: 'At the end of',
            items: open.map((batch) => ({
              label: batch.name,
              detail: `${batchState(batch).word}, ${plural(batch.counts.queued, 'task')} queued`,
              run: () => addTo(batch),
            })),
          },
        ]}
      />
      <Button kind="quiet" onPress={onClear}>
        Clear
      </Button>
    </CreateBar>
  );
}

function isOpen({ status }: BatchSummary): boolean {
  return status === 'running' || status === 'paused' || status === 'idle';
}
