/** The stack: whether its parts work, where they are, what can be cleaned up. */
import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import type { RouteAnswer } from '../../../src/contracts/http.ts';
import { useCommand } from '../data/commands.ts';
import { statusQuery } from '../data/queries.ts';
import { bytes, plural } from '../model/format.ts';
import { Button } from '../ui/button.tsx';
import { Command } from '../ui/command.tsx';
import { ExternalIcon } from '../ui/icons.tsx';
import { Fact, Facts } from '../ui/facts.tsx';
import { Page } from '../ui/page.tsx';
import { Failed, Loading } from '../ui/states.tsx';
import { StatusLabel } from '../ui/status.tsx';

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
          word={data.healthy ? 'Everything works' : 'Something is wrong'}
        />
      }
    >
      <ul className="list">
        {data.checks.map((check) => (
          <li key={check.name} className="list-row check-row">
            <StatusLabel tone={check.ok ? 'good' : 'bad'} word={check.name} />
            <span className="wrap-text">{check.message}</span>
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
        {data.processes.map((process) => (
          <Fact key={process.pid} name={`Process ${process.role}`}>
            <span className="number">{process.pid}</span>
          </Fact>
        ))}
      </Facts>
      <CleanUp />
      <section className="section">
        <h2>More checks</h2>
        <p className="quiet">Programs, logins and the disk are looked at by the command line:</p>
        <Command text="nightloom doctor" />
      </section>
    </Page>
  );
}

type Prune = RouteAnswer<'prune'>;

function CleanUp() {
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
