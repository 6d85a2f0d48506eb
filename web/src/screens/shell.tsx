/** What is around every screen: the places, whether news arrive, messages. */
import { useEffect } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { Link, Outlet, useNavigate, useRouterState } from '@tanstack/react-router';
import { listen, useConnection } from '../data/live.ts';
import { logOut, useSession } from '../data/session.ts';
import { duration } from '../model/format.ts';
import { Logo, PLACE_ICONS } from '../ui/icons.tsx';
import { Shortcuts, useShortcut } from '../ui/shortcuts.tsx';
import { ThemeSelect } from '../ui/theme.tsx';
import { useNow } from '../ui/time.tsx';
import { Toasts } from '../ui/toasts.tsx';
import { Login } from './login.tsx';

const PLACES = [
  { to: '/', label: 'Tonight', icon: PLACE_ICONS.tonight, keys: 'g t' },
  { to: '/report', label: 'Report', icon: PLACE_ICONS.report, keys: 'g r' },
  { to: '/projects', label: 'Projects', icon: PLACE_ICONS.projects, keys: 'g p' },
  { to: '/system', label: 'System', icon: PLACE_ICONS.system, keys: 'g s' },
] as const;

/** The root of the page. */
export function Shell() {
  const isIn = useSession() === 'in';
  return (
    <>
      {isIn ? <Inside /> : <Login />}
      <Toasts />
    </>
  );
}

function Inside() {
  const queries = useQueryClient();
  useEffect(() => {
    const ending = new AbortController();
    listen(queries, ending.signal);
    // What was refused before the login is asked again.
    void queries.resetQueries({ predicate: ({ state }) => state.status === 'error' });
    return () => ending.abort();
  }, [queries]);
  useFocusOnNavigation();
  return (
    <div className="shell">
      <a className="skip-link" href="#main">
        Skip to the content
      </a>
      <header className="rail">
        <Link to="/" className="brand">
          <Logo />
          <span>Nightloom</span>
        </Link>
        <nav aria-label="Places">
          {PLACES.map((place) => (
            <PlaceLink key={place.to} {...place} />
          ))}
        </nav>
        <div className="rail-foot">
          <LiveSign />
          <ThemeSelect />
          <Shortcuts />
          <button type="button" className="quiet-button" onClick={() => void logOut()}>
            Log out
          </button>
        </div>
      </header>
      <div className="content">
        <Disconnected />
        <Outlet />
      </div>
    </div>
  );
}

function PlaceLink({ to, label, icon: Icon, keys }: (typeof PLACES)[number]) {
  const navigate = useNavigate();
  useShortcut(keys, `Go to ${label.toLowerCase()}`, () => void navigate({ to }));
  return (
    <Link to={to} className="place" activeOptions={{ exact: to === '/' }}>
      <Icon />
      <span>{label}</span>
    </Link>
  );
}

/** A screen reader hears the new screen, and Tab begins in it; not at the first load. */
function useFocusOnNavigation(): void {
  const path = useRouterState({ select: (state) => state.resolvedLocation?.pathname });
  const first = useRouterState({ select: (state) => state.resolvedLocation?.state.key === undefined });
  useEffect(() => {
    if (path === undefined || first) return;
    if (document.activeElement === document.body || document.activeElement?.closest('nav, main') != null) {
      document.querySelector<HTMLElement>('#main')?.focus({ preventScroll: true });
    }
  }, [path, first]);
}

function LiveSign() {
  const { state } = useConnection();
  const word = { live: 'Live', connecting: 'Connecting', lost: 'Disconnected' }[state];
  return (
    <span className={`live live-${state}`} role="status">
      {word}
    </span>
  );
}

function Disconnected() {
  const connection = useConnection();
  const now = useNow();
  if (connection.state !== 'lost') return null;
  return (
    <p className="banner banner-wait" role="alert">
      <strong>Disconnected.</strong> What you see is {duration(now - connection.since)} old. Connecting again by itself;
      if the stack was stopped: <code>nightloom up</code>
    </p>
  );
}
