/** The stack: whether its parts work, where they are, what can be cleaned up. */
import { useQuery } from '@tanstack/react-query';
import { statusQuery } from '../../data/queries.ts';
import { ExternalIcon } from '../../ui/icons.tsx';
import { Fact, Facts } from '../../ui/facts.tsx';
import { Page } from '../../ui/page.tsx';
import { Repair } from '../../ui/repair.tsx';
import { Failed, Loading } from '../../ui/states.tsx';
import { StatusLabel } from '../../ui/status.tsx';
import { Agents } from './agents.tsx';
import { CleanUp } from './clean-up.tsx';
import { Doctor } from './doctor.tsx';
import { Lanes } from './lanes.tsx';

/** See above. */
export function System() {
  const { data, error, refetch } = useQuery(statusQuery());
  if (data === undefined) {
    return (
      <Page title="System">
        {error === null ? <Loading what="the status" /> : <Failed error={error} onRetry={() => void refetch()} />}
      </Page>
    );
  }
  return (
    <Page
      title="System"
      lead={
        <StatusLabel
          tone={data.healthy ? 'good' : 'bad'}
          word={data.healthy ? 'The stack works' : 'Something is wrong with the stack'}
        />
      }
    >
      <ul className="list">
        {data.checks.map((check) => (
          <li key={check.name} className="list-row system-row">
            <StatusLabel tone={check.ok ? 'good' : 'bad'} word={check.name} />
            <span className="wrap-text">{check.message}</span>
            {check.repair !== null && <Repair text={check.repair} />}
          </li>
        ))}
      </ul>
      <Facts>
        <Fact name="Version">{data.version}</Fact>
        <Fact name="Agents running">{data.running}</Fact>
        <Fact name="Open batches">{data.openBatches}</Fact>
        <Fact name="Host">{data.host ?? 'none'}</Fact>
        <Fact name="State directory">
          <code className="cut-text">{data.home}</code>
        </Fact>
        <Fact name="Temporal">
          {data.temporalUiUrl === null ? (
            (data.temporalAddress ?? 'not known')
          ) : (
            <a href={data.temporalUiUrl} target="_blank" rel="noreferrer">
              {data.temporalAddress} <ExternalIcon />
            </a>
          )}
        </Fact>
        <Fact name="Process ids">
          <span className="number">{data.processes.map(({ role, pid }) => `${role} ${pid}`).join(', ')}</span>
        </Fact>
      </Facts>
      <Lanes />
      <CleanUp />
      {/* Last what takes a while to find out: it would push the others away. */}
      <Agents />
      <Doctor />
    </Page>
  );
}
