/** A menu behind a button; sections are separated by lines. */
import { useEffect, useRef, useState } from 'react';
import { Button as AriaButton } from 'react-aria-components/Button';
import {
  Header,
  Menu as AriaMenu,
  MenuItem as AriaMenuItem,
  MenuSection,
  MenuTrigger,
} from 'react-aria-components/Menu';
import { Popover } from 'react-aria-components/Popover';
import type { ReactNode } from 'react';
import { Keys } from './keys.tsx';

/** One entry. */
export interface MenuItem {
  readonly label: string;
  readonly run: () => void;
  /** Below the label, smaller. */
  readonly detail?: string;
  readonly keys?: string;
  readonly isDanger?: boolean;
}

/** Entries that belong together. */
export interface MenuGroup {
  /** Absent: the line above says enough. */
  readonly title?: string;
  readonly items: readonly MenuItem[];
}

/** See {@link Menu}. */
export interface MenuProps {
  /** Name of the button for those who do not see it. */
  readonly label: string;
  readonly button: ReactNode;
  readonly groups: readonly MenuGroup[];
  /** Looks of the button; default: an icon alone. */
  readonly className?: string;
}

/** How a menu was opened: by keyboard its first entry gets the focus. */
export type OpenedBy = 'pointer' | 'keyboard';

/**
 * Renders nothing when there is nothing to choose. Arrows, letters, Home, End and Escape work; the focus returns. Until
 * it is first opened it is a plain button: a list has hundreds of them.
 */
export function Menu({ label, button, groups, className = 'icon-button' }: MenuProps) {
  const shown = groups.filter(({ items }) => items.length > 0);
  if (shown.length === 0) return null;
  return (
    <MenuButton label={label} button={button} className={className}>
      {(by) => <OpenedMenu label={label} button={button} groups={shown} className={className} by={by} />}
    </MenuButton>
  );
}

/** The plain button of a menu whose entries cost something to find out; `children` gives the {@link OpenedMenu}. */
export function MenuButton(props: {
  readonly label: string;
  readonly button: ReactNode;
  readonly className?: string;
  readonly children: (by: OpenedBy) => ReactNode;
}) {
  const { label, button, className = 'icon-button', children } = props;
  const [by, setBy] = useState<OpenedBy | null>(null);
  if (by !== null) return children(by);
  return (
    <button
      type="button"
      className={className}
      aria-label={label}
      aria-haspopup="menu"
      aria-expanded={false}
      // A click without a pointer counts no presses.
      onClick={({ detail }) => setBy(detail === 0 ? 'keyboard' : 'pointer')}
      onKeyDown={(event) => {
        if (event.key !== 'ArrowDown') return;
        event.preventDefault();
        setBy('keyboard');
      }}
    >
      {button}
    </button>
  );
}

/** An open menu; it takes the focus over from the plain button, so that it comes back to a button that exists. */
export function OpenedMenu(props: MenuProps & { readonly by: OpenedBy }) {
  const { label, button, groups, className = 'icon-button', by } = props;
  const opener = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    opener.current?.focus();
    // By keyboard the first entry gets the focus.
    if (by === 'pointer') opener.current?.click();
    else opener.current?.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowDown', bubbles: true }));
  }, [by]);
  return (
    <MenuTrigger>
      <AriaButton ref={opener} className={className} aria-label={label}>
        {button}
      </AriaButton>
      <Popover className="popover" offset={4}>
        <AriaMenu className="menu" aria-label={label}>
          {groups
            .filter(({ items }) => items.length > 0)
            .map((group) => (
              <MenuSection key={group.items[0]?.label} className="menu-section" aria-label={group.title ?? label}>
                {group.title !== undefined && <Header className="menu-title">{group.title}</Header>}
                {group.items.map((item) => (
                  <Entry key={item.label} item={item} />
                ))}
              </MenuSection>
            ))}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}

function Entry({ item: { label, run, detail, keys, isDanger = false } }: { readonly item: MenuItem }) {
  return (
    <AriaMenuItem
      id={label}
      textValue={label}
      className={isDanger ? 'menu-item menu-item-danger' : 'menu-item'}
      onAction={run}
    >
      <span className="menu-label">{label}</span>
      {keys !== undefined && <Keys keys={keys} />}
      {detail !== undefined && <span className="menu-detail">{detail}</span>}
    </AriaMenuItem>
  );
}
