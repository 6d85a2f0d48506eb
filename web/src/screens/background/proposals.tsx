/** What a background task proposes, item by item: looked at, chosen, applied as one change. */
import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import type { ProposalView } from '../../../../src/contracts/background-routes.ts';
import type { TaskDetail } from '../../../../src/contracts/views.ts';
import { proposalsQuery, useApply } from '../../data/background.ts';
import { plural } from '../../model/format.ts';
import { isInTheWay } from '../../model/proposals.ts';
import { Button } from '../../ui/button.tsx';
import { Failed, Loading } from '../../ui/states.tsx';
import { ProposalItem } from './proposal-item.tsx';

/** See above. At first everything is ticked that nothing is in the way of. */
export function Proposals({ task, onClose }: { readonly task: TaskDetail; readonly onClose: () => void }) {
  const { data, error, refetch } = useQuery(proposalsQuery(task.id));
  if (data === undefined) {
    return error === null ? <Loading what="the proposals" /> : <Failed error={error} onRetry={() => void refetch()} />;
  }
  if (data.items.length === 0) {
    return (
      <>
        <p className="quiet">It proposes no change.</p>
        <div className="row row-end">
          <Button onPress={onClose}>Close</Button>
        </div>
      </>
    );
  }
  return <Choice task={task} items={data.items} onClose={onClose} />;
}

function Choice(props: {
  readonly task: TaskDetail;
  readonly items: readonly ProposalView[];
  readonly onClose: () => void;
}) {
  const { task, items, onClose } = props;
  // What is left out stays left out when others have been applied.
  const [left, setLeft] = useState<ReadonlySet<string>>(() => new Set(items.filter(isInTheWay).map(({ id }) => id)));
  const apply = useApply(task.id, task.projectId);
  const chosen = items.filter(({ id, state }) => state !== 'applied' && !left.has(id));
  const overruled = chosen.filter(isInTheWay).length;
  const toggle = (id: string): void => {
    const next = new Set(left);
    if (!next.delete(id)) next.add(id);
    setLeft(next);
  };
  const send = (): void => {
    if (!apply.isPending) apply.mutate({ items: chosen.map(({ id }) => id), isOverwriting: overruled > 0 });
  };
  return (
    <>
      <ul className="proposals" aria-label="Proposals">
        {items.map((item) => (
          <ProposalItem
            key={item.id}
            project={task.projectId}
            item={item}
            isChosen={!left.has(item.id)}
            onChoose={() => toggle(item.id)}
          />
        ))}
      </ul>
      <div className="row row-wrap row-end">
        {overruled > 0 && (
          <span className="small status-wait" role="status">
            {plural(overruled, 'file')} will be overwritten; it can be undone.
          </span>
        )}
        <Button onPress={onClose}>Close</Button>
        <Button kind={overruled > 0 ? 'danger' : 'primary'} isDisabled={chosen.length === 0} onPress={send}>
          {apply.isPending ? 'Applying…' : `Apply ${chosen.length} of ${items.length}`}
        </Button>
      </div>
    </>
  );
}
