/** Two texts of one requirement: somebody changed the file while it was written here. */
import type { RequirementDetail } from '../../../../src/contracts/requirement-routes.ts';
import { Button } from '../../ui/button.tsx';
import { TextComparison } from './text-comparison.tsx';

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
