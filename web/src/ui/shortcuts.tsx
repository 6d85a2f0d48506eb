/** Keyboard shortcuts: one registry that both the key handler and the sheet read. */
import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { createCell } from '../data/cell.ts';
import { Dialog } from './dialog.tsx';

/** A shortcut. `keys` are pressed one after the other, for example `['g', 't']`. */
export interface Shortcut {
  readonly keys: readonly string[];
  readonly label: string;
}

interface Registered extends Shortcut {
  readonly run: () => void;
}

const SEQUENCE_MS = 1200;
const STORAGE_KEY = 'nightloom-shortcuts';
const registry = createCell<readonly Registered[]>([]);

/** Registers a shortcut for as long as the component is there. */
export function useShortcut(keys: string, label: string, run: () => void): void {
  const latest = useRef(run);
  useEffect(() => {
    latest.current = run;
  });
  useEffect(() => {
    const row: Registered = { keys: keys.split(' '), label, run: () => latest.current() };
    registry.set([...registry.get(), row]);
    return () => registry.set(registry.get().filter((each) => each !== row));
  }, [keys, label]);
}

/** The key handler and the sheet; once per page. */
export function Shortcuts() {
  const [isOpen, setOpen] = useState(false);
  const [isOn, setOn] = useState(() => localStorage.getItem(STORAGE_KEY) !== 'off');
  useShortcut('?', 'Show the shortcuts', () => setOpen(true));
  useEffect(() => (isOn ? listenToKeys() : undefined), [isOn]);
  const rows = useSyncExternalStore(registry.subscribe, registry.get);
  const toggle = (): void => {
    localStorage.setItem(STORAGE_KEY, isOn ? 'off' : 'on');
    setOn(!isOn);
  };
  return (
    <>
      <button type="button" className="quiet-button" onClick={() => setOpen(true)}>
        Shortcuts <kbd>?</kbd>
      </button>
      <Dialog title="Keyboard shortcuts" isOpen={isOpen} onClose={() => setOpen(false)}>
        <dl className="shortcut-list">
          {rows.map(({ keys, label }) => (
            <div key={`${keys.join(' ')} ${label}`}>
              <dt>
                {keys.map((key) => (
                  <kbd key={key}>{key}</kbd>
                ))}
              </dt>
              <dd>{label}</dd>
            </div>
          ))}
        </dl>
        <label className="check">
          <input type="checkbox" checked={isOn} onChange={toggle} /> Single keys are shortcuts
        </label>
      </Dialog>
    </>
  );
}

function listenToKeys(): () => void {
  let typed: string[] = [];
  let lastMs = 0;
  const onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event.target)) return;
    if (document.querySelector('dialog[open]') !== null) return;
    typed = event.timeStamp - lastMs > SEQUENCE_MS ? [event.key] : [...typed.slice(-1), event.key];
    lastMs = event.timeStamp;
    const hit = registry.get().findLast(({ keys }) => keys.every((key, at) => typed.at(at - keys.length) === key));
    if (hit === undefined) return;
    event.preventDefault();
    typed = [];
    hit.run();
  };
  document.addEventListener('keydown', onKey);
  return () => document.removeEventListener('keydown', onKey);
}

/** True where letters are text: fields, and menus that search by letter. */
function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest('input:not([type=checkbox]), textarea, select, [role=menu], [contenteditable]') !== null
  );
}
