/** One requirement: how it stands, and what can be done with it. */
import { lazy, Suspense, useState } from 'react';
import { Link } from '@tanstack/react-router';
import type { RequirementView } from '../../../../src/contracts/views.ts';
import { useRequirementChanges } from '../../data/requirements.ts';
import { bytes } from '../../model/format.ts';
import { isFree, isTaken, requirementState } from '../../model/requirements.ts';
import { Checkbox } from '../../ui/fields.tsx';
import { MoreIcon } from '../../ui/icons.tsx';
import { Menu } from '../../ui/menu.tsx';
import { StatusLabel } from '../../ui/status.tsx';

const RenameDialog = lazy(async () => ({ default: (await import('./rename-dialog.tsx')).RenameDialog }));

/** See {@link RequirementCard}. */
export interface RequirementCardProps {
  readonly project: string;
  readonly item: RequirementView;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
  readonly onOpen: () => void;
  /** Asks an agent to change it. */
  readonly onAsk: () => void;
  /** Called when it was deleted, while it is still on the page. */
  readonly onRemoved: () => void;
}

/** See above. */
export function RequirementCard(props: RequirementCardProps) {
  const { project, item, isChosen, onChoose, onOpen, onAsk, onRemoved } = props;
  const state = requirementState(item);
  const [isRenaming, setRenaming] = useState(false);
  const { remove } = useRequirementChanges(project);
  const change = isTaken(item) ? [] : [{ label: 'Rename…', run: () => setRenaming(true) }];
  const destroy = (): void => remove.mutate({ name: item.name, sha256: item.sha256 }, { onSuccess: onRemoved });
  return (
    <li className={`card requirement-card${isChosen ? ' requirement-chosen' : ''}`}>
      <div className="requirement-head">
        <Checkbox isSelected={isChosen} isDisabled={!isFree(item)} onChange={onChoose} label={`Choose ${item.title}`} />
        <State item={item} />
        <Menu
          label={`Actions for ${item.title}`}
          button={<MoreIcon />}
          groups={[
            { items: [{ label: 'Open', run: onOpen }, { label: 'Change with an agent…', run: onAsk }, ...change] },
            { items: [{ label: 'Delete', run: destroy, isDanger: true }] },
          ]}
        />
      </div>
      <button type="button" className="card-title" onClick={onOpen}>
        {item.title}
      </button>
      <p className="requirement-foot quiet">
        <code>{item.name}</code>
        <span className="number">{bytes(item.bytes)}</span>
        {item.gitState !== 'tracked' && <span>{item.gitState}</span>}
      </p>
      {state.detail !== null && <p className="hint">{state.detail}</p>}
      <Suspense>
        {isRenaming && <RenameDialog project={project} item={item} onClose={() => setRenaming(false)} />}
      </Suspense>
    </li>
  );
}

function State({ item }: { readonly item: RequirementView }) {
  const { tone, word } = requirementState(item);
  const label = <StatusLabel tone={tone} word={word} />;
  if (item.taskId !== null && item.status !== 'idle') {
    return (
      <Link to="/tasks/$taskId" params={{ taskId: item.taskId }}>
        {label}
      </Link>
    );
  }
  if (item.batchId === null) return label;
  return (
    <Link to="/batches/$batchId" params={{ batchId: item.batchId }}>
      {label}
    </Link>
  );
}
