/** The buttons below an editor. */
import { Button } from '../../ui/button.tsx';
import { Keys } from '../../ui/keys.tsx';

/** See above. */
export function EditorFoot(props: {
  readonly isNew: boolean;
  readonly isDisabled: boolean;
  readonly isBusy: boolean;
  readonly onClose: () => void;
}) {
  const { isNew, isDisabled, isBusy, onClose } = props;
  // A button that waits would be announced after its dialog has gone.
  const word = isBusy ? 'Saving…' : isNew ? 'Write the file' : 'Save';
  return (
    <div className="row row-wrap editor-foot">
      <span className="hint editor-keys">
        <Keys keys="Ctrl+S" /> saves
      </span>
      <Button onPress={onClose}>Close</Button>
      <Button kind="primary" type="submit" isDisabled={isDisabled}>
        {word}
      </Button>
    </div>
  );
}
