/** The places of the navigation, in their order. */
import { PLACE_ICONS } from '../ui/icons.tsx';

/** `keys` go there from everywhere. */
export const PLACES = [
  { to: '/', label: 'Tonight', icon: PLACE_ICONS.tonight, keys: 'g t' },
  { to: '/inbox', label: 'Inbox', icon: PLACE_ICONS.inbox, keys: 'g i' },
  { to: '/report', label: 'Report', icon: PLACE_ICONS.report, keys: 'g r' },
  { to: '/projects', label: 'Projects', icon: PLACE_ICONS.projects, keys: 'g p' },
  { to: '/system', label: 'System', icon: PLACE_ICONS.system, keys: 'g s' },
] as const;

/** One of {@link PLACES}. */
export type Place = (typeof PLACES)[number];
