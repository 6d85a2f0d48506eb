/** Buttons: with a word, and with an icon alone. */
import { Button as AriaButton } from 'react-aria-components/Button';
import { Tooltip, TooltipTrigger } from 'react-aria-components/Tooltip';
import type { ReactNode } from 'react';
import { Keys } from './keys.tsx';

/** How much a button asks for: one `primary` per place; `danger` takes something away. */
export type ButtonKind = 'plain' | 'primary' | 'danger' | 'quiet';

/** See {@link Button}. */
export interface ButtonProps {
  readonly children: ReactNode;
  /** Absent for a button that submits its form. */
  readonly onPress?: () => void;
  readonly kind?: ButtonKind;
  readonly size?: 's' | 'm';
  readonly type?: 'button' | 'submit';
  readonly isDisabled?: boolean;
  /** It has been pressed and the answer is not there: it keeps the focus and says so. */
  readonly isPending?: boolean;
  /** Name for those who do not see the place; default: the text. */
  readonly label?: string;
}

/** A button with a word. */
export function Button({ children, onPress, kind = 'plain', size = 'm', label, ...rest }: ButtonProps) {
  return (
    <AriaButton
      className={`button button-${kind} button-${size}`}
      {...(onPress === undefined ? {} : { onPress })}
      {...(label === undefined ? {} : { 'aria-label': label })}
      {...rest}
    >
      {children}
    </AriaButton>
  );
}

/** See {@link IconButton}. */
export interface IconButtonProps {
  /** Its name, and its tooltip. */
  readonly label: string;
  readonly children: ReactNode;
  readonly onPress?: () => void;
  /** Shortcut that does the same, shown in the tooltip. */
  readonly keys?: string;
  readonly isDisabled?: boolean;
}

/** An icon that can be pressed; hovering and focusing show its name. */
export function IconButton({ label, children, keys, onPress, isDisabled = false }: IconButtonProps) {
  return (
    <TooltipTrigger delay={500}>
      <AriaButton
        className="icon-button"
        aria-label={label}
        isDisabled={isDisabled}
        {...(onPress === undefined ? {} : { onPress })}
      >
        {children}
      </AriaButton>
      <Tooltip className="tooltip" offset={6}>
        {label} {keys !== undefined && <Keys keys={keys} />}
      </Tooltip>
    </TooltipTrigger>
  );
}
