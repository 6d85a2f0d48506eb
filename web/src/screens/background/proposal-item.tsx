/** One proposal: why, what it would make of the file, and whether something is in the way. */
import { lazy, Suspense, useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import type { ProposalView } from '../../../../src/contracts/background-routes.ts';
import { requirementQuery } from '../../data/requirements.ts';
import { isInTheWay, proposalState, roleWord } from '../../model/proposals.ts';
import { Checkbox } from '../../ui/fields.tsx';
import { Loading } from '../../ui/states.tsx';
import { StatusLabel } from '../../ui/status.tsx';
import { TextComparison } from '../requirements/text-comparison.tsx';

const Markdown = lazy(async () => ({ default: (await import('../../ui/markdown.tsx')).Markdown }));

/** See {@link ProposalItem}. */
export interface ProposalItemProps {
  readonly project: string;
  readonly item: ProposalView;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
}

/** See above. Its text is drawn when it is opened. */
export function ProposalItem({ project, item, isChosen, onChoose }: ProposalItemProps) {
  const [isShown, setShown] = useState(false);
  const isApplied = item.state === 'applied';
  return (
    <li className="card proposal">
      <div className="row row-between row-wrap">
        <Checkbox isSelected={isApplied || isChosen} isDisabled={isApplied} onChange={onChoose}>
          <span className="wrap-text strong">{item.title}</span>
        </Checkbox>
        <StatusLabel {...proposalState(item)} />
      </div>
      <p className="small">
        <span className="quiet">
          {roleWord(item.role)}: <code>{item.id}</code>
        </span>
      </p>
      {item.reason !== null && <p className="wrap-text">{item.reason}</p>}
      {isInTheWay(item) && item.message !== null && <p className="banner banner-wait">{item.message}</p>}
      <details onToggle={(event) => setShown(event.currentTarget.open)}>
        <summary>{item.change === 'create' ? 'The file as it would be' : 'What would change'}</summary>
        {isShown && (
          <Suspense fallback={<Loading what="the text" />}>
            {item.change === 'create' ? (
              <div className="proposal-text">
                <Markdown text={item.text} label={`Text of ${item.title}`} />
              </div>
            ) : (
              <Change project={project} item={item} />
            )}
          </Suspense>
        )}
      </details>
    </li>
  );
}

function Change({ project, item }: Pick<ProposalItemProps, 'project' | 'item'>) {
  const { data, isPending } = useQuery(requirementQuery(project, item.id));
  if (isPending) return <Loading what="the file" />;
  return (
    <TextComparison before={data?.text ?? ''} after={item.text} beforeTitle="In the file now" afterTitle="Proposed" />
  );
}
