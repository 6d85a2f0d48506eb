/** Every setting of a project and where it comes from. */
import { useQuery } from '@tanstack/react-query';
import { configurationQuery } from '../../data/queries.ts';
import { Section } from '../../ui/page.tsx';
import { Failed } from '../../ui/states.tsx';

/** See above. */
export function Origins({ project }: { readonly project: string }) {
  const { data, error, refetch } = useQuery(configurationQuery(project));
  if (data === undefined) return error === null ? null : <Failed error={error} onRetry={() => void refetch()} />;
  return (
    <Section title="Where each value comes from" note="The last source that sets it wins.">
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
            {data.origins.map((origin) => (
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
    </Section>
  );
}
