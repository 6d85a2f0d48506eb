/** Two texts of one requirement: somebody changed the file while it was written here. */
import { useMemo } from 'react';
import type { RequirementDetail } from '../../../../src/contracts/requirement-routes.ts';
import type { DiffLine } from '../../model/diff.ts';
import { compareTexts } from '../../model/text-diff.ts';
import { Button } from '../../ui/button.tsx';

/** See {@link TextConflict}. */
export interface TextConflictProps {
  readonly now: RequirementDetail;
  readonly mine: string;
  readonly isBusy: boolean;
  readonly onTake: () => void;
  readonly onKeep: () => void;
  readonly onBack: () => void;
}

/** Both are shown, and one is chosen; nothing is overwritten before. */
export function TextConflict({ now, mine, isBusy, onTake, onKeep, onBack }: TextConflictProps) {
  return (
    <section className="stack" aria-label="Two texts">
      <p className="banner banner-wait" role="alert">
        <span>
          <strong>The file was changed meanwhile.</strong> Nothing was overwritten. Which text counts?
        </span>
      </p>
      <TextComparison before={now.text} after={mine} beforeTitle="In the file now" afterTitle="Written here" />
      <div className="row row-wrap row-end">
        <Button kind="quiet" onPress={onBack}>
          Go on writing
        </Button>
        <Button onPress={onTake}>Take what is in the file</Button>
        <Button kind="primary" onPress={isBusy ? () => undefined : onKeep}>
          Save what is written here
        </Button>
      </div>
    </section>
  );
}

/** Two texts side by side, line by line; what differs is marked by sign and colour. */
function TextComparison(props: {
  readonly before: string;
  readonly after: string;
  readonly beforeTitle: string;
  readonly afterTitle: string;
}) {
  const { before, after, beforeTitle, afterTitle } = props;
  const rows = useMemo(() => compareTexts(before, after), [before, after]);
  return (
    <div className="comparison" role="region" aria-label={`${beforeTitle}, and ${afterTitle}`} tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">{beforeTitle}</th>
            <th scope="col">{afterTitle}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={`${row.before?.before} ${row.after?.after}`}>
              <Side line={row.before} />
              <Side line={row.after} />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Side({ line }: { readonly line: DiffLine | null }) {
  if (line === null) return <td className="line-none" />;
  return (
    <td className={`line-${line.kind}`}>
      {line.kind !== 'same' && <span className="line-sign">{line.kind === 'added' ? '+' : '−'}</span>}
      {line.text}
    </td>
  );
}
