/** Theme, help, and the end of the session. */
import { logOut } from '../data/session.ts';
import { SettingsIcon } from '../ui/icons.tsx';
import { Menu } from '../ui/menu.tsx';
import type { MenuGroup } from '../ui/menu.tsx';
import { setTheme, THEMES, useTheme } from '../ui/theme.ts';
import type { Theme } from '../ui/theme.ts';
import { openHelper } from './helpers.tsx';

const THEME_WORDS: Readonly<Record<Theme, string>> = { system: 'As the system', light: 'Light', dark: 'Dark' };

/** See above. */
export function ShellMenu() {
  const chosen = useTheme();
  const groups: readonly MenuGroup[] = [
    {
      title: 'Theme',
      items: THEMES.map((theme) => ({
        label: THEME_WORDS[theme],
        run: () => setTheme(theme),
        ...(theme === chosen ? { detail: 'chosen' } : {}),
      })),
    },
    {
      items: [
        { label: 'Keyboard shortcuts', keys: '?', run: () => openHelper('shortcuts') },
        { label: 'Log out', run: () => void logOut() },
      ],
    },
  ];
  return <Menu label="Theme, help, log out" button={<SettingsIcon />} groups={groups} />;
}
