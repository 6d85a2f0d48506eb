/** A menu behind a button, as the ARIA practices describe it. */
import { useId, useRef, useState } from 'react';
import type { KeyboardEvent, ReactNode } from 'react';

/** One entry. */
export interface MenuItem {
  readonly label: string;
  readonly run: () => void;
  readonly isDanger?: boolean;
}

/** See {@link Menu}. */
export interface MenuProps {
  /** Name of the button for those who do not see it. */
  readonly label: string;
  readonly button: ReactNode;
  readonly items: readonly MenuItem[];
}

const GAP_PX = 4;

/** Renders nothing when there is nothing to choose. */
export function Menu({ label, button, items }: MenuProps) {
  const id = useId();
  const opener = useRef<HTMLButtonElement>(null);
  const menu = useRef<HTMLDivElement>(null);
  const [isOpen, setOpen] = useState(false);
  if (items.length === 0) return null;
  const show = (): void => {
    menu.current?.showPopover();
    place(opener.current, menu.current);
    entriesOf(menu.current)[0]?.focus();
  };
  const hide = (): void => {
    menu.current?.hidePopover();
    opener.current?.focus();
  };
  return (
    <>
      <button
        ref={opener}
        type="button"
        className="icon-button"
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => (isOpen ? hide() : show())}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowDown') return;
          event.preventDefault();
          show();
        }}
      >
        {button}
      </button>
      <div
        ref={menu}
        id={id}
        role="menu"
        tabIndex={-1}
        aria-label={label}
        popover="auto"
        className="menu"
        onKeyDown={(event) => onMenuKey(event, entriesOf(menu.current), hide)}
        onToggle={(event) => setOpen(event.newState === 'open')}
      >
        {items.map((item) => (
          <Entry key={item.label} item={item} onChosen={hide} />
        ))}
      </div>
    </>
  );
}

function Entry({ item, onChosen }: { readonly item: MenuItem; readonly onChosen: () => void }) {
  const choose = (): void => {
    onChosen();
    item.run();
  };
  const className = item.isDanger === true ? 'menu-item menu-item-danger' : 'menu-item';
  return (
    <button type="button" role="menuitem" tabIndex={-1} className={className} onClick={choose}>
      {item.label}
    </button>
  );
}

function entriesOf(menu: HTMLElement | null): HTMLElement[] {
  return [...(menu?.querySelectorAll<HTMLElement>('[role=menuitem]') ?? [])];
}

function onMenuKey(event: KeyboardEvent, entries: readonly HTMLElement[], hide: () => void): void {
  const now = entries.findIndex((entry) => entry === document.activeElement);
  const focus = (at: number): void => entries.at(at % entries.length)?.focus();
  const moves: Record<string, () => void> = {
    ArrowDown: () => focus(now + 1),
    ArrowUp: () => focus(now - 1),
    Home: () => focus(0),
    End: () => focus(-1),
    Escape: hide,
    Tab: hide,
  };
  const move = moves[event.key] ?? typeAhead(entries, event.key);
  if (move === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  move();
}

/** Below the button, or above it where there is more room; always inside the window. */
function place(opener: HTMLElement | null, menu: HTMLElement | null): void {
  if (opener === null || menu === null) return;
  const from = opener.getBoundingClientRect();
  const { width, height } = menu.getBoundingClientRect();
  const isBelow = from.bottom + GAP_PX + height <= window.innerHeight || from.top < height;
  menu.style.top = `${isBelow ? from.bottom + GAP_PX : from.top - GAP_PX - height}px`;
  menu.style.left = `${Math.max(GAP_PX, Math.min(from.right - width, window.innerWidth - width - GAP_PX))}px`;
}

function typeAhead(entries: readonly HTMLElement[], key: string): (() => void) | undefined {
  if (key.length !== 1 || key === ' ') return undefined;
  const hit = entries.find((entry) => entry.textContent.toLowerCase().startsWith(key.toLowerCase()));
  return hit === undefined ? undefined : () => hit.focus();
}
