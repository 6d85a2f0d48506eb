/** Light, dark, or as the system says. */
import { useSyncExternalStore } from 'react';
import { createCell } from '../data/cell.ts';

/** The choices. */
export const THEMES = ['system', 'light', 'dark'] as const;
/** One of {@link THEMES}. */
export type Theme = (typeof THEMES)[number];

const STORAGE_KEY = 'nightloom-theme';
const theme = createCell<Theme>(THEMES.find((each) => each === localStorage.getItem(STORAGE_KEY)) ?? 'system');

/** The choice; `theme.js` reads it before the first paint. */
export function useTheme(): Theme {
  return useSyncExternalStore(theme.subscribe, theme.get);
}

/** Chooses. */
export function setTheme(next: Theme): void {
  theme.set(next);
  if (next === 'system') {
    localStorage.removeItem(STORAGE_KEY);
    delete document.documentElement.dataset['theme'];
    return;
  }
  localStorage.setItem(STORAGE_KEY, next);
  document.documentElement.dataset['theme'] = next;
}
