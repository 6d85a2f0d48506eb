/** A menu behind a button; sections are separated by lines. */
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

/** Renders nothing when there is nothing to choose. Arrows, letters, Home, End and Escape work; the focus returns. */
export function Menu({ label, button, groups, className = 'icon-button' }: MenuProps) {
  const shown = groups.filter(({ items }) => items.length > 0);
  if (shown.length === 0) return null;
  return (
    <MenuTrigger>
      <AriaButton className={className} aria-label={label}>
        {button}
      </AriaButton>
      <Popover className="popover" offset={4}>
        <AriaMenu className="menu" aria-label={label}>
          {shown.map((group) => (
            <MenuSection key={group.items[0]?.label} className="menu-section" aria-label={group.title ?? label}>
              {group.title !== undefined && <Header className="menu-title">{group.title}</Header>}
              {group.items.map((item) => (
                <AriaMenuItem
                  key={item.label}
                  id={item.label}
                  textValue={item.label}
                  className={item.isDanger === true ? 'menu-item menu-item-danger' : 'menu-item'}
                  onAction={item.run}
                >
                  <span className="menu-label">{item.label}</span>
                  {item.keys !== undefined && <Keys keys={item.keys} />}
                  {item.detail !== undefined && <span className="menu-detail">{item.detail}</span>}
                </AriaMenuItem>
              ))}
            </MenuSection>
          ))}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}
