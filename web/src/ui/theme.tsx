/** Light, dark, or as the system says. */
import { useState } from 'react';

const THEMES = ['system', 'light', 'dark'] as const;
type Theme = (typeof THEMES)[number];
const STORAGE_KEY = 'nightloom-theme';

/** The choice; `theme.js` reads it before the first paint. */
export function ThemeSelect() {
  const [theme, setTheme] = useState<Theme>(
    () => THEMES.find((each) => each === localStorage.getItem(STORAGE_KEY)) ?? 'system',
  );
  const choose = (next: Theme): void => {
    setTheme(next);
    if (next === 'system') {
      localStorage.removeItem(STORAGE_KEY);
      delete document.documentElement.dataset['theme'];
      return;
    }
    localStorage.setItem(STORAGE_KEY, next);
    document.documentElement.dataset['theme'] = next;
  };
  return (
    <label className="theme">
      <span className="visually-hidden">Theme</span>
      <select
        value={theme}
        onChange={(event) => choose(THEMES.find((each) => each === event.target.value) ?? 'system')}
      >
        <option value="system">System theme</option>
        <option value="light">Light</option>
        <option value="dark">Dark</option>
      </select>
    </label>
  );
}
