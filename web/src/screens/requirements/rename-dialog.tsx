/** Another name for a requirement file. */
import { useState } from 'react';
import type { RequirementView } from '../../../../src/contracts/views.ts';
import { describeError } from '../../data/describe-error.ts';
import { useRequirementChanges } from '../../data/requirements.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { TextField } from '../../ui/fields.tsx';

/** See above. Its text stays as it is. */
export function RenameDialog(props: {
  readonly project: string;
  readonly item: Pick<RequirementView, 'name' | 'sha256'>;
  readonly onClose: () => void;
}) {
  const { project, item, onClose } = props;
  const [to, setTo] = useState(item.name);
  const { rename } = useRequirementChanges(project);
  const refusal = rename.error === null ? null : describeError(rename.error);
  return (
    <Dialog title={`Rename ${item.name}`} isOpen onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          rename.mutate({ name: item.name, to: to.trim(), sha256: item.sha256 }, { onSuccess: onClose });
        }}
      >
        <TextField
          label="Name of the file, without .md"
          value={to}
          onChange={(text) => {
            setTo(text);
            rename.reset();
          }}
          isCode
          isRequired
          maxLength={200}
          autoComplete="off"
          problem={refusal === null ? null : [refusal.fact, refusal.hint].filter(Boolean).join(' ')}
        />
        <div className="row row-end">
          <Button onPress={onClose}>Leave it</Button>
          <Button
            kind="primary"
            type="submit"
            isDisabled={to.trim() === '' || to.trim() === item.name || rename.isPending}
          >
            Rename
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
