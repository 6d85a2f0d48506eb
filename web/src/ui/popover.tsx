/** A small surface behind a button, for more than a menu can hold. */
import { Button as AriaButton } from 'react-aria-components/Button';
import { Dialog, DialogTrigger, Popover as AriaPopover } from 'react-aria-components/Popover';
import type { ReactNode } from 'react';

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
      <AriaPopover className="popover popover-wide" offset={6}>
        <Dialog className="popover-body" aria-label={label}>
          {({ close }) => children(close)}
        </Dialog>
      </AriaPopover>
    </DialogTrigger>
  );
}
