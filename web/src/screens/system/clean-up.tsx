/** What can be removed: looked at first, removed then. */
import { useState } from 'react';
import type { RouteAnswer } from '../../../../src/contracts/http.ts';
import { useCommand } from '../../data/commands.ts';
import { bytes, plural } from '../../model/format.ts';
import { Button } from '../../ui/button.tsx';

type Prune = RouteAnswer<'prune'>;

/** See above. */
export function CleanUp() {
  const [found, setFound] = useState<Prune | null>(null);
  const look = useCommand('prune');
  const remove = useCommand(
    'prune',
    ({ items }) => `${plural(items.filter(({ kept }) => !kept).length, 'thing')} removed.`,
  );
  const going = found?.items.filter(({ kept }) => !kept) ?? [];
  const size = going.reduce((sum, item) => sum + (item.bytes ?? 0), 0);
  return (
    <section className="section">
      <h2>Clean up</h2>
      <p className="quiet">Merged branches, runs and refs older than 30 days. Unmerged work is never removed.</p>
      <div className="row">
        <Button
          isPending={look.isPending}
          onPress={() => look.mutate({ body: { dryRun: true } }, { onSuccess: setFound })}
        >
          See what could go
        </Button>
        {going.length > 0 && (
          <Button
            kind="danger"
            isPending={remove.isPending}
            onPress={() => remove.mutate({ body: { dryRun: false } }, { onSuccess: () => setFound(null) })}
          >
            Remove {plural(going.length, 'thing')}, {bytes(size)}
          </Button>
        )}
      </div>
      {found !== null && going.length === 0 && <p role="status">Nothing can go.</p>}
      {going.length > 0 && (
        <ul className="list">
          {going.map((item) => (
            <li key={`${item.kind} ${item.name}`} className="list-row check-row">
              <span className="wrap-text">{item.name}</span>
              <span className="quiet">{item.reason}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
