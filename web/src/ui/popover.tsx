/** A small surface behind a button, for more than a menu can hold. */
import { useContext } from 'react';
import type { ReactNode } from 'react';
import { Button as AriaButton } from 'react-aria-components/Button';
import { DialogTrigger, OverlayTriggerStateContext } from 'react-aria-components/Dialog';
import { Popover as AriaPopover } from 'react-aria-components/Popover';

/** See {@link Popover}. */
export interface PopoverProps {
  /** Name of the button and of the surface. */
  readonly label: string;
  readonly button: ReactNode;
  /** What it shows; `close` closes it, and the focus returns to the button. */
  readonly children: (close: () => void) => ReactNode;
  readonly className?: string;
}

/** Opens below its button, or above where there is more room; Escape and a click outside close it. */
export function Popover({ label, button, children, className = 'icon-button' }: PopoverProps) {
  return (
    <DialogTrigger>
      <AriaButton className={className} aria-label={label}>
        {button}
      </AriaButton>
      {/* The surface itself is the dialog: what is in it for screen readers alone must not stand outside of one. */}
      <AriaPopover className="popover popover-wide" offset={6} aria-label={label}>
        <Body>{children}</Body>
      </AriaPopover>
    </DialogTrigger>
  );
}

function Body({ children }: Pick<PopoverProps, 'children'>) {
  const surface = useContext(OverlayTriggerStateContext);
  return <div className="popover-body">{children(() => surface?.close())}</div>;
}
