/** The picture that was taken after an attempt: small beside the attempt, large when it is opened. */
import { useState } from 'react';
import { screenshotPathOf } from '../../../../src/contracts/screenshot-path.ts';
import type { TaskDetail } from '../../../../src/contracts/views.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { ExternalIcon } from '../../ui/icons.tsx';

/** See above. */
export function Picture({
  task,
  attempt,
}: {
  readonly task: Pick<TaskDetail, 'id' | 'name'>;
  readonly attempt: number;
}) {
  const [isOpen, setOpen] = useState(false);
  const [isGone, setGone] = useState(false);
  const address = screenshotPathOf(task.id, attempt);
  const words = `The product after attempt ${attempt} of ${task.name}`;
  if (isGone) return <p className="quiet">Its screenshot cannot be shown (any more).</p>;
  return (
    <>
      <button
        type="button"
        className="picture"
        aria-label={`Open the screenshot of attempt ${attempt}`}
        onClick={() => setOpen(true)}
      >
        <img src={address} alt={words} loading="lazy" onError={() => setGone(true)} />
      </button>
      <Dialog title={`Screenshot of attempt ${attempt}`} size="l" isOpen={isOpen} onClose={() => setOpen(false)}>
        <div className="picture-box" tabIndex={0} role="region" aria-label="Screenshot in full size">
          <img src={address} alt={words} />
        </div>
        <a href={address} target="_blank" rel="noreferrer">
          Open it alone <ExternalIcon />
        </a>
      </Dialog>
    </>
  );
}
