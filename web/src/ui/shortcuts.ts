/** What can be done from the keyboard: one registry that the key handler, the sheet and the palette read. */
import { useLayoutEffect, useRef, useSyncExternalStore } from 'react';
import { createCell } from '../data/cell.ts';

/** Where something can be done: `everywhere`, or only on the screen that is shown. */
export type ActionScope = 'everywhere' | 'here';

/** Something that can be done. */
export interface Action {
  readonly label: string;
  /** Pressed one after the other, for example `['g', 't']`; empty: only in the palette. */
  readonly keys: readonly string[];
  readonly scope: ActionScope;
  readonly run: () => void;
}

const SEQUENCE_MS = 1200;
const STORAGE_KEY = 'nightloom-shortcuts';
/** Places in which letters are text, or choose by their first letter. */
const LETTERS_ARE_TEXT =
  'input:not([type=checkbox], [type=radio]), textarea, select, [role=menu], [role=listbox], [contenteditable]';

const registry = createCell<readonly Action[]>([]);
const singleKeys = createCell(localStorage.getItem(STORAGE_KEY) !== 'off');

/**
 * A shortcut, for as long as the component is there.
 * @param keys separated by spaces; of two that are the same, the later one counts
 */
export function useShortcut(keys: string, label: string, run: () => void, scope: ActionScope = 'here'): void {
  useRegistered(keys, label, run, scope);
}

/** Something that only the palette offers, for as long as the component is there. */
export function useAction(label: string, run: () => void, scope: ActionScope = 'here'): void {
  useRegistered('', label, run, scope);
}

function useRegistered(keys: string, label: string, run: () => void, scope: ActionScope): void {
  const latest = useRef(run);
  // With what is drawn, not after it: a key that is pressed as soon as something is seen must have its effect.
  useLayoutEffect(() => {
    latest.current = run;
  });
  useLayoutEffect(() => {
    const action = { keys: keys.split(' ').filter(Boolean), label, scope, run: () => latest.current() };
    registry.set([...registry.get(), action]);
    return () => registry.set(registry.get().filter((each) => each !== action));
  }, [keys, label, scope]);
}

/** All of them, live. */
export function useActions(): readonly Action[] {
  return useSyncExternalStore(registry.subscribe, registry.get);
}

/** Whether single keys are shortcuts (WCAG 2.1.4: they can be turned off), and how to change it. */
export function useSingleKeys(): readonly [isOn: boolean, set: (isOn: boolean) => void] {
  const isOn = useSyncExternalStore(singleKeys.subscribe, singleKeys.get);
  const set = (next: boolean): void => {
    localStorage.setItem(STORAGE_KEY, next ? 'on' : 'off');
    singleKeys.set(next);
  };
  return [isOn, set];
}

/** Listens to single keys until the returned function is called. */
export function listenToKeys(): () => void {
  let typed: string[] = [];
  let lastMs = 0;
  const onKey = (event: KeyboardEvent): void => {
    if (!singleKeys.get() || event.defaultPrevented) return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event.target)) return;
    if (document.querySelector('[role=dialog], [role=alertdialog]') !== null) return;
    typed = event.timeStamp - lastMs > SEQUENCE_MS ? [event.key] : [...typed.slice(-1), event.key];
    lastMs = event.timeStamp;
    const hit = registry
      .get()
      .findLast(({ keys }) => keys.length > 0 && keys.every((key, at) => typed.at(at - keys.length) === key));
    if (hit === undefined) return;
    event.preventDefault();
    typed = [];
    hit.run();
  };
  document.addEventListener('keydown', onKey);
  return () => document.removeEventListener('keydown', onKey);
}

/** Calls `open` at Ctrl+K or Command+K, wherever the focus is, until the returned function is called. */
export function listenToPaletteKey(open: () => void): () => void {
  const onKey = (event: KeyboardEvent): void => {
    if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    open();
  };
  document.addEventListener('keydown', onKey);
  return () => document.removeEventListener('keydown', onKey);
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest(LETTERS_ARE_TEXT) !== null;
}
