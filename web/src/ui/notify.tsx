/** Short messages about what has just happened. Errors stay until they are closed; others wait while one looks at them. */
import { Toaster, toast } from 'sonner';
import 'sonner/dist/styles.css';
import { Button, IconButton } from './button.tsx';
import { CloseIcon, StatusIcon } from './icons.tsx';
import type { Tone } from '../model/words.ts';

/** A message. */
export interface Notice {
  readonly tone: 'info' | 'good' | 'error';
  readonly text: string;
  /** What to do next. */
  readonly hint?: string | null;
  /** One thing that can be done about it: undo, open. */
  readonly action?: { readonly label: string; readonly run: () => void };
  /** The same id replaces: one message about one thing. */
  readonly id?: string;
}

const SHOWN_MS = 5000;
/** Long enough to undo. */
const WITH_ACTION_MS = 10_000;
/** What is only said has no shape: it is no state of anything. */
const TONES: Readonly<Record<Notice['tone'], Tone | null>> = { info: null, good: 'good', error: 'bad' };

/** Shows a message. */
export function notify(notice: Notice): void {
  const { tone, action, id } = notice;
  const duration = tone === 'error' ? Infinity : action === undefined ? SHOWN_MS : WITH_ACTION_MS;
  toast.custom((shown) => <Toast notice={notice} onClose={() => toast.dismiss(shown)} />, {
    duration,
    ...(id === undefined ? {} : { id }),
  });
}

/** Takes a message away before its time. */
export function dismissNotice(id: string): void {
  toast.dismiss(id);
}

function Toast({ notice, onClose }: { readonly notice: Notice; readonly onClose: () => void }) {
  const { tone, text, hint, action } = notice;
  const shape = TONES[tone];
  return (
    <div className={`toast toast-${tone}`} role={tone === 'error' ? 'alert' : 'status'}>
      {shape !== null && <StatusIcon tone={shape} />}
      <div className="toast-text">
        <p>{text}</p>
        {hint != null && <p className="quiet">{hint}</p>}
      </div>
      {action !== undefined && (
        <Button
          size="s"
          onPress={() => {
            onClose();
            action.run();
          }}
        >
          {action.label}
        </Button>
      )}
      <IconButton label="Close the message" onPress={onClose}>
        <CloseIcon />
      </IconButton>
    </div>
  );
}

/** Where the messages appear; once per page. */
export function Messages() {
  return <Toaster position="bottom-right" containerAriaLabel="Messages" visibleToasts={4} gap={8} expand />;
}
