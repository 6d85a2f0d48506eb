/** A command to type, with a button that copies it. */
import { IconButton } from './button.tsx';
import { CopyIcon } from './icons.tsx';
import { notify } from './notify.tsx';

/** One line; long ones can be scrolled. */
export function Command({ text }: { readonly text: string }) {
  return (
    <div className="command">
      <code tabIndex={0} role="textbox" aria-readonly="true" aria-label="Command">
        {text}
      </code>
      <CopyButton text={text} label="Copy the command" />
    </div>
  );
}

/** Copies `text`. */
export function CopyButton({ text, label }: { readonly text: string; readonly label: string }) {
  const copy = (): void => {
    navigator.clipboard.writeText(text).then(
      () => notify({ tone: 'info', text: 'Copied.' }),
      () => notify({ tone: 'error', text: 'The browser did not allow copying. Select the text and copy it.' }),
    );
  };
  return (
    <IconButton label={label} onPress={copy}>
      <CopyIcon />
    </IconButton>
  );
}
