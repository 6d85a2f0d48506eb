/** The words of an idea. */
import { useState } from 'react';
import type { IdeaView } from '../../../../src/contracts/idea-routes.ts';
import { describeError } from '../../data/describe-error.ts';
import { useIdeaChanges } from '../../data/ideas.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { TextField } from '../../ui/fields.tsx';

/** `idea` null: a new one. */
export function IdeaDialog(props: {
  readonly project: string;
  readonly idea: IdeaView | null;
  readonly onClose: () => void;
}) {
  const { project, idea, onClose } = props;
  const [title, setTitle] = useState(idea?.title ?? '');
  const [text, setText] = useState(idea?.text ?? '');
  const { write } = useIdeaChanges(project);
  const refusal = write.error === null ? null : describeError(write.error);
  return (
    <Dialog title={idea === null ? 'New idea' : 'Change the idea'} isOpen onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (title.trim() === '' || write.isPending) return;
          write.mutate({ id: idea?.id ?? null, title: title.trim(), text }, { onSuccess: onClose });
        }}
      >
        <TextField
          label="Title"
          value={title}
          onChange={setTitle}
          isRequired
          maxLength={200}
          autoComplete="off"
          problem={refusal === null ? null : [refusal.fact, refusal.hint].filter(Boolean).join(' ')}
        />
        <TextField
          label="More about it (Markdown, optional)"
          value={text}
          onChange={setText}
          rows={6}
          maxLength={100_000}
          hint="Title and text are what a requirement begins with when one is made of it."
        />
        <div className="row row-end">
          <Button onPress={onClose}>Close</Button>
          <Button kind="primary" type="submit" isDisabled={title.trim() === ''}>
            {write.isPending ? 'Saving…' : 'Save'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
