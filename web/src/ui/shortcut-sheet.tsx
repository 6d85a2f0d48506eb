/** The sheet of shortcuts, made of the registry. */
import { Dialog } from './dialog.tsx';
import { Switch } from './fields.tsx';
import { Keys } from './keys.tsx';
import { useActions, useSingleKeys } from './shortcuts.ts';
import type { Action, ActionScope } from './shortcuts.ts';

const TITLES: Readonly<Record<ActionScope, string>> = { here: 'On this page', everywhere: 'Everywhere' };

/** See above. */
export function ShortcutSheet({ onClose }: { readonly onClose: () => void }) {
  const actions = useActions().filter(({ keys }) => keys.length > 0);
  const [isOn, setOn] = useSingleKeys();
  return (
    <Dialog title="Keyboard shortcuts" isOpen onClose={onClose}>
      {(['here', 'everywhere'] as const).map((scope) => (
        <Section key={scope} title={TITLES[scope]} actions={actions.filter((action) => action.scope === scope)} />
      ))}
      <p className="quiet">
        <Keys keys="Ctrl+K" /> lists everything that can be done. In lists, Enter on a handle picks a task up, arrows
        and Tab choose its new place, Enter drops it, Escape puts it back.
      </p>
      <Switch isSelected={isOn} onChange={setOn}>
        Single keys are shortcuts
      </Switch>
    </Dialog>
  );
}

function Section({ title, actions }: { readonly title: string; readonly actions: readonly Action[] }) {
  if (actions.length === 0) return null;
  return (
    <section className="section">
      <h3>{title}</h3>
      <dl className="shortcut-list">
        {actions.map(({ keys, label }) => (
          <div key={`${keys.join(' ')} ${label}`}>
            <dt>
              <Keys keys={keys.join(' ')} />
            </dt>
            <dd>{label}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
