/** The lanes: how many batches work at once, who does, who waits, and which accounts hold. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Lanes as LanesView } from '../../../../src/contracts/hold-views.ts';
import { useCommand } from '../../data/commands.ts';
import { KEYS, lanesQuery } from '../../data/queries.ts';
import { moment, plural, relative, toMs } from '../../model/format.ts';
import { Button } from '../../ui/button.tsx';
import { Section } from '../../ui/page.tsx';
import { Failed, Loading } from '../../ui/states.tsx';
import { StatusLabel } from '../../ui/status.tsx';
import { Elapsed, useNow } from '../../ui/time.tsx';

const MAX_LANES = 64;

/** See above. Those at work go on when there are fewer lanes. */
export function Lanes() {
  const queries = useQueryClient();
  const { data, error, refetch } = useQuery(lanesQuery());
  const set = useCommand('setLanes', ({ limit }) => `${plural(limit, 'batch', 'batches')} may work at once.`);
  if (data === undefined) {
    return (
      <Section title="Lanes">
        {error === null ? <Loading what="the lanes" /> : <Failed error={error} onRetry={() => void refetch()} />}
      </Section>
    );
  }
  const change = (limit: number): void =>
    set.mutate({ body: { limit } }, { onSuccess: (lanes) => queries.setQueryData(KEYS.lanes, lanes) });
  return (
    <Section
      title="Lanes"
      note={`${data.holders.length} of ${data.limit} at work`}
      actions={
        <>
          <Button
            size="s"
            label="One lane less"
            isDisabled={data.limit <= 1}
            isPending={set.isPending}
            onPress={() => change(data.limit - 1)}
          >
            −
          </Button>
          <strong className="number" role="status">
            {plural(data.limit, 'lane')}
          </strong>
          <Button
            size="s"
            label="One lane more"
            isDisabled={data.limit >= MAX_LANES}
            isPending={set.isPending}
            onPress={() => change(data.limit + 1)}
          >
            +
          </Button>
        </>
      }
    >
      <Places lanes={data} />
    </Section>
  );
}

function Places({ lanes }: { readonly lanes: LanesView }) {
  const now = useNow();
  return (
    <ul className="list">
      {lanes.holders.map(({ batchId, name, since }) => (
        <li key={batchId} className="list-row check-row">
          <StatusLabel tone="active" word="At work" />
          <span>
            <BatchLink id={batchId} name={name} />{' '}
            <span className="quiet">
              for <Elapsed since={since} />
            </span>
          </span>
        </li>
      ))}
      {lanes.queue.map(({ batchId, name, message }) => (
        <li key={batchId} className="list-row check-row">
          <StatusLabel tone="wait" word="Waits" />
          <span>
            <BatchLink id={batchId} name={name} /> <span className="quiet">{message}</span>
          </span>
        </li>
      ))}
      {lanes.accounts.map(({ account, until, message }) => (
        <li key={account} className="list-row check-row">
          <StatusLabel tone="wait" word={account} />
          <span>
            {message === '' ? 'holds' : message}, until {moment(toMs(until), now)}, {relative(toMs(until), now)}
          </span>
        </li>
      ))}
      {lanes.holders.length + lanes.queue.length + lanes.accounts.length === 0 && (
        <li className="list-row quiet">Nothing works and nothing waits.</li>
      )}
    </ul>
  );
}

function BatchLink({ id, name }: { readonly id: string; readonly name: string }) {
  return (
    <Link to="/batches/$batchId" params={{ batchId: id }}>
      {name}
    </Link>
  );
}
