/** Short messages about what has just happened. Errors stay until they are closed. */
import { useSyncExternalStore } from 'react';
import { createCell } from '../data/cell.ts';
import { CloseIcon } from './icons.tsx';

/** A message. */
export interface Notice {
  readonly tone: 'info' | 'error';
  readonly text: string;
  readonly hint?: string | null;
}

interface Toast extends Notice {
  readonly id: number;
}

const SHOWN_MS = 5000;
const MAX_SHOWN = 4;
const toasts = createCell<readonly Toast[]>([]);
let nextId = 1;

/** Shows a message. */
export function notify(notice: Notice): void {
  const id = nextId++;
  toasts.set([...toasts.get(), { ...notice, id }].slice(-MAX_SHOWN));
  if (notice.tone === 'info') setTimeout(() => dismiss(id), SHOWN_MS);
}

function dismiss(id: number): void {
  toasts.set(toasts.get().filter((toast) => toast.id !== id));
}

/** Where the messages appear; once per page. */
export function Toasts() {
  const shown = useSyncExternalStore(toasts.subscribe, toasts.get);
  return (
    <div className="toasts" role="region" aria-label="Messages">
      {shown.map((toast) => (
        <div key={toast.id} className={`toast toast-${toast.tone}`} role={toast.tone === 'error' ? 'alert' : 'status'}>
          <div>
            <p>{toast.text}</p>
            {toast.hint != null && <p className="quiet">{toast.hint}</p>}
          </div>
          <button
            type="button"
            className="icon-button"
            aria-label="Close the message"
            onClick={() => dismiss(toast.id)}
          >
            <CloseIcon />
          </button>
        </div>
      ))}
    </div>
  );
}
