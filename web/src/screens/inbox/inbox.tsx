/** The inbox: what concerns the user, newest first. */
import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import type { InboxEntry } from '../../../../src/contracts/inbox-routes.ts';
import { useCommand } from '../../data/commands.ts';
import { inboxQuery } from '../../data/inbox.ts';
import type { Shown } from '../../data/inbox.ts';
import { plural } from '../../model/format.ts';
import { entryDetail, entryPath, entryState, entryTitle } from '../../model/inbox.ts';
import { Button } from '../../ui/button.tsx';
import { notify } from '../../ui/notify.tsx';
import { Page } from '../../ui/page.tsx';
import { Segmented } from '../../ui/segmented.tsx';
import { Failed, FirstRun, Loading, NoMatch } from '../../ui/states.tsx';
import { StatusLabel } from '../../ui/status.tsx';
import { Ago } from '../../ui/time.tsx';
import '../../styles/inbox.css';

const route = getRouteApi('/inbox');

const SHOWN: readonly { readonly value: Shown; readonly label: string }[] = [
  { value: 'current', label: 'All' },
  { value: 'unread', label: 'Unread' },
  { value: 'deleted', label: 'Deleted' },
];

/** See above. */
export function Inbox() {
  const { show: wanted } = route.useSearch();
  const navigate = route.useNavigate();
  const show = SHOWN.find(({ value }) => value === wanted)?.value ?? 'current';
  const { data, error, refetch } = useQuery(inboxQuery(show));
  const readAll = useCommand('readInbox', ({ cleared }) => `${plural(cleared, 'entry', 'entries')} marked as read.`);
  const choose = (next: Shown): void => void navigate({ search: next === 'current' ? {} : { show: next } });
  return (
    <Page
      title="Inbox"
      lead="Tasks that failed or are done by themselves, and batches that need you."
      actions={
        <>
          <AskForNotifications />
          <Button
            isPending={readAll.isPending}
            isDisabled={(data?.unreadCount ?? 0) === 0}
            onPress={() => readAll.mutate({ body: {} })}
          >
            Mark all as read
          </Button>
        </>
      }
    >
      <div className="filter-bar">
        <Segmented label="Show" options={SHOWN} value={show} onChange={choose} />
      </div>
      {data === undefined && error === null && <Loading what="the inbox" />}
      {data === undefined && error !== null && <Failed error={error} onRetry={() => void refetch()} />}
      {data !== undefined && data.items.length === 0 && <Nothing show={show} onClear={() => choose('current')} />}
      {data !== undefined && data.items.length > 0 && (
        <ul className="list" aria-label="Entries">
          {data.items.map((entry) => (
            <EntryRow key={entry.id} entry={entry} />
          ))}
        </ul>
      )}
    </Page>
  );
}

function Nothing({ show, onClear }: { readonly show: Shown; readonly onClear: () => void }) {
  if (show !== 'current') return <NoMatch what="entry" onClear={onClear} />;
  return (
    <FirstRun
      title="Nothing needs you"
      text="Failed tasks, finished results and batches that wait for you appear here."
    />
  );
}

function EntryRow({ entry }: { readonly entry: InboxEntry }) {
  const router = useRouter();
  const mark = useCommand('markInboxEntry');
  const params = { id: entry.id };
  const isUnread = entry.readAt === null;
  const isDeleted = entry.deletedAt !== null;
  const open = (): void => {
    if (isUnread) mark.mutate({ params, body: { read: true } });
    router.history.push(entryPath(entry));
  };
  const dismiss = (): void =>
    mark.mutate(
      { params, body: { deleted: true } },
      {
        onSuccess: () =>
          notify({
            tone: 'info',
            id: `dismissed ${entry.id}`,
            text: `${entryTitle(entry)} was dismissed.`,
            action: { label: 'Undo', run: () => mark.mutate({ params, body: { deleted: false } }) },
          }),
      },
    );
  const about = entryTitle(entry);
  return (
    <li className={`list-row inbox-row${isUnread ? ' inbox-unread' : ''}`}>
      <StatusLabel {...entryState(entry)} />
      <div className="inbox-text">
        <Button kind="quiet" onPress={open}>
          {isUnread && <span className="visually-hidden">Unread: </span>}
          {about}
        </Button>
        <span className="quiet">
          {entry.projectName}, <Ago at={entry.at} />
        </span>
        {entryDetail(entry) !== '' && <p className="quiet">{entryDetail(entry)}</p>}
      </div>
      <div className="row">
        <Button
          size="s"
          label={`Mark ${about} as ${isUnread ? 'read' : 'unread'}`}
          onPress={() => mark.mutate({ params, body: { read: isUnread } })}
        >
          {isUnread ? 'Read' : 'Unread'}
        </Button>
        {isDeleted ? (
          <Button size="s" label={`Restore ${about}`} onPress={() => mark.mutate({ params, body: { deleted: false } })}>
            Restore
          </Button>
        ) : (
          <Button size="s" label={`Dismiss ${about}`} onPress={dismiss}>
            Dismiss
          </Button>
        )}
      </div>
    </li>
  );
}

/** A browser asks only after a click, and only once. */
function AskForNotifications() {
  const [permission, setPermission] = useState(() => ('Notification' in window ? Notification.permission : 'denied'));
  if (permission !== 'default') return null;
  return (
    <Button kind="quiet" onPress={() => void Notification.requestPermission().then(setPermission)}>
      Notify me in the browser
    </Button>
  );
}
