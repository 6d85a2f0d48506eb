/** What is around every screen: the places, whether news arrive, messages. */
import { useEffect, useRef } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { Link, Outlet, useNavigate, useRouterState } from '@tanstack/react-router';
import { listen, useConnection } from '../data/live.ts';
import { useSession } from '../data/session.ts';
import { useOtherVersion } from '../data/version.ts';
import { duration } from '../model/format.ts';
import { Button } from '../ui/button.tsx';
import { Logo } from '../ui/icons.tsx';
import { Messages } from '../ui/notify.tsx';
import { useShortcut } from '../ui/shortcuts.ts';
import { useNow } from '../ui/time.tsx';
import { Helpers } from './helpers.tsx';
import { InboxIndicator } from './inbox-indicator.tsx';
import { Login } from './login.tsx';
import { PLACES } from './places.ts';
import type { Place } from './places.ts';
import { ShellMenu } from './shell-menu.tsx';

/** The root of the page. */
export function Shell() {
  const isIn = useSession() === 'in';
  return (
    <>
      {isIn ? <Inside /> : <Login />}
      <Messages />
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
        <div className="rail-head">
          <Link to="/" className="brand">
            <Logo />
            <span>Nightloom</span>
          </Link>
          <InboxIndicator />
        </div>
        <Helpers />
        <nav aria-label="Places" className="places">
          {PLACES.map((place) => (
            <PlaceLink key={place.to} place={place} />
          ))}
        </nav>
        <div className="rail-foot">
          <LiveSign />
          <ShellMenu />
        </div>
      </header>
      <div className="content">
        <Disconnected />
        <Upgraded />
        <Outlet />
      </div>
    </div>
  );
}

function PlaceLink({ place: { to, label, icon: Icon, keys } }: { readonly place: Place }) {
  const navigate = useNavigate();
  useShortcut(keys, `Go to ${label}`, () => void navigate({ to }), 'everywhere');
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
  const before = useRef<string | undefined>(undefined);
  useEffect(() => {
    const isFirst = before.current === undefined;
    const isSame = before.current === path;
    before.current = path;
    if (path === undefined || isFirst || isSame) return;
    if (document.activeElement === document.body || document.activeElement?.closest('nav, main') != null) {
      document.querySelector<HTMLElement>('#main')?.focus({ preventScroll: true });
    }
  }, [path]);
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
      <span>
        <strong>Disconnected.</strong> What you see is {duration(now - connection.since)} old. Connecting again by
        itself; if the stack was stopped: <code>nightloom up</code>
      </span>
    </p>
  );
}

function Upgraded() {
  const other = useOtherVersion();
  if (other === null) return null;
  return (
    <p className="banner banner-wait" role="status">
      <span>The stack is now version {other}; this page is of an older one.</span>
      <Button size="s" onPress={() => location.reload()}>
        Load the page again
      </Button>
    </p>
  );
}
