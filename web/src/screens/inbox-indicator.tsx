/** Beside the logo: whether something is at work, how much is unread, and both in a drop-down. Also tells of news. */
import { useQuery } from '@tanstack/react-query';
import { Link, useRouter } from '@tanstack/react-router';
import type { InboxEntry } from '../../../src/contracts/inbox-routes.ts';
import { inboxQuery, runningQuery, useNews } from '../data/inbox.ts';
import { plural } from '../model/format.ts';
import { entryDetail, entryPath, entryState, entryTitle } from '../model/inbox.ts';
import { PLACE_ICONS, StatusIcon } from '../ui/icons.tsx';
import { notify } from '../ui/notify.tsx';
import { Popover } from '../ui/popover.tsx';
import { StatusLabel, TaskStatusLabel } from '../ui/status.tsx';

const FEW = 8;

/** See above. */
export function InboxIndicator() {
  const router = useRouter();
  const unread = useQuery(inboxQuery('unread')).data;
  const running = useQuery(runningQuery()).data?.items ?? [];
  const go = (entry: InboxEntry): void => router.history.push(entryPath(entry));
  useNews((entry) => tell(entry, () => go(entry)));
  const count = unread?.unreadCount ?? 0;
  const label = `Inbox: ${count === 0 ? 'nothing unread' : `${count} unread`}${running.length > 0 ? `, ${plural(running.length, 'task')} at work` : ''}`;
  return (
    <Popover
      label={label}
      className="icon-button inbox-button"
      button={
        <>
          {running.length > 0 ? <StatusIcon tone="active" /> : <PLACE_ICONS.inbox />}
          {count > 0 && <span className="inbox-badge">{count > 99 ? '99+' : count}</span>}
        </>
      }
    >
      {(close) => (
        <div className="stack inbox-drop">
          {running.length > 0 && <h2>At work</h2>}
          {running.map((task) => (
            <Link key={task.id} to="/tasks/$taskId" params={{ taskId: task.id }} onClick={close} className="inbox-line">
              <TaskStatusLabel task={task} /> {task.name}
            </Link>
          ))}
          <h2>Unread</h2>
          {count === 0 && <p className="quiet">Nothing is unread.</p>}
          {unread?.items.slice(0, FEW).map((entry) => (
            <a
              key={entry.id}
              href={entryPath(entry)}
              className="inbox-line"
              onClick={(event) => {
                if (event.metaKey || event.ctrlKey || event.shiftKey) return;
                event.preventDefault();
                close();
                go(entry);
              }}
            >
              <StatusLabel {...entryState(entry)} /> {entryTitle(entry)}
            </a>
          ))}
          <Link to="/inbox" onClick={close}>
            Open the inbox
          </Link>
        </div>
      )}
    </Popover>
  );
}

/** A message on the page, and one of the browser while nobody looks at the page. */
function tell(entry: InboxEntry, open: () => void): void {
  const { tone, word } = entryState(entry);
  const text = `${entryTitle(entry)}: ${word.toLowerCase()}`;
  const isBad = tone === 'bad';
  const label = entry.source === 'task' && entry.status === 'completed' ? 'View results' : 'Open';
  notify({
    tone: isBad ? 'error' : tone === 'good' ? 'good' : 'info',
    id: entry.id,
    text,
    hint: entryDetail(entry) === '' ? null : entryDetail(entry),
    action: { label, run: open },
  });
  if (!('Notification' in window) || Notification.permission !== 'granted' || !document.hidden) return;
  // The tag: several tabs make one notification.
  const shown = new Notification(text, { body: entryDetail(entry), tag: entry.id });
  shown.addEventListener('click', () => {
    window.focus();
    open();
    shown.close();
  });
}
