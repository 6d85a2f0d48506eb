/** Every setting of a project and where it comes from. */
import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import type { RouteAnswer } from '../../../../src/contracts/http.ts';
import { configurationQuery } from '../../data/queries.ts';
import { plural } from '../../model/format.ts';
import { Button } from '../../ui/button.tsx';
import { Section } from '../../ui/page.tsx';
import { Failed } from '../../ui/states.tsx';

/** See above. */
export function Origins({ project }: { readonly project: string }) {
  const { data, error, refetch } = useQuery(configurationQuery(project));
  const [isAll, setAll] = useState(false);
  if (data === undefined) return error === null ? null : <Failed error={error} onRetry={() => void refetch()} />;
  const set = data.origins.filter(({ source }) => source !== 'built-in');
  const shown = isAll ? data.origins : set;
  const rest = data.origins.length - set.length;
  return (
    <Section
      title="Where each value comes from"
      note={set.length === 0 ? 'All are the defaults.' : 'The last source that sets it wins.'}
      actions={
        rest > 0 && (
          <Button size="s" onPress={() => setAll(!isAll)}>
            {isAll ? 'Hide the defaults' : `Show ${plural(rest, 'default')}`}
          </Button>
        )
      }
    >
      {shown.length > 0 && <Table origins={shown} />}
    </Section>
  );
}

function Table({ origins }: { readonly origins: RouteAnswer<'projectConfiguration'>['origins'] }) {
  return (
    <div className="table-box" tabIndex={0} role="region" aria-label="Settings with their sources">
      <table>
        <thead>
          <tr>
            <th scope="col">Setting</th>
            <th scope="col">Value</th>
            <th scope="col">From</th>
          </tr>
        </thead>
        <tbody>
          {origins.map((origin) => (
            <tr key={origin.key}>
              <th scope="row">
                <code>{origin.key}</code>
              </th>
              <td>
                <code>{JSON.stringify(origin.value)}</code>
              </td>
              <td className="quiet">{origin.file ?? origin.source}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
