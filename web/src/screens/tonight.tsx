/** Tonight: every open batch as a column, and what ended lately. */
import { useQueries, useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import type { BatchSummary, Counts } from '../../../src/contracts/views.ts';
import { commandId, useCommand } from '../data/commands.ts';
import { batchesQuery, batchQuery, projectsQuery } from '../data/queries.ts';
import { dollars, plural } from '../model/format.ts';
import { forecast, progressSentence, sumCounts } from '../model/progress.ts';
import { Page } from '../ui/page.tsx';
import { Button } from '../ui/button.tsx';
import { useShortcut } from '../ui/shortcuts.ts';
import { Failed, FirstRun, HowTo, Loading } from '../ui/states.tsx';
import { BatchStatus, Weave } from '../ui/status.tsx';
import { Ago, useNow } from '../ui/time.tsx';
import { BatchColumn } from './batch-column.tsx';
import { range } from './forecast-text.ts';

const RECENT = 6;
/** Working ones first, then those that need somebody, then those that nobody started. */
const ORDER = ['running', 'paused', 'idle'] as const;

/** The home of the dashboard. */
export function Tonight() {
  const batches = useQuery(batchesQuery());
  const projects = useQuery(projectsQuery());
  const navigate = useNavigate();
  useShortcut('n', 'New batch', () => void navigate({ to: '/new' }));
  if (batches.isPending || projects.isPending) return <Frame lead={<Loading what="the batches" />} />;
  const error = batches.error ?? projects.error;
  if (batches.data === undefined || projects.data === undefined) {
    return (
      <Frame>
        <Failed error={error} onRetry={() => void Promise.all([batches.refetch(), projects.refetch()])} />
      </Frame>
    );
  }
  const open = ORDER.flatMap((status) => batches.data.items.filter((batch) => batch.status === status).toReversed());
  const ended = batches.data.items.filter(({ status }) => status === 'completed' || status === 'cancelled');
  if (projects.data.items.length === 0) return <NoProject />;
  return (
    <Frame
      lead={open.length > 0 && <Overall batches={open} />}
      actions={
        <>
          <PauseAll batches={open} />
          <Link to="/new" className="button button-primary">
            New batch
          </Link>
        </>
      }
    >
      {open.length === 0 ? (
        <NothingOpen />
      ) : (
        <div className="columns">
          {open.map((batch) => (
            <BatchColumn key={batch.id} summary={batch} />
          ))}
        </div>
      )}
      {ended.length > 0 && <Recent batches={ended.slice(0, RECENT)} />}
    </Frame>
  );
}

function Frame(props: { lead?: React.ReactNode; actions?: React.ReactNode; children?: React.ReactNode }) {
  return (
    <Page title="Tonight" lead={props.lead} actions={props.actions}>
      {props.children}
    </Page>
  );
}

function NoProject() {
  return (
    <Frame>
      <FirstRun
        title="Queue work in the evening, wake to clean commits"
        text="Nightloom works through requirement files in your repositories while you sleep. Begin with a project."
      >
        <div className="row row-center">
          <Link to="/projects" className="button button-primary">
            Add a project
          </Link>
        </div>
        <HowTo command="nightloom run">Or, in a repository with files in .claude/commands:</HowTo>
      </FirstRun>
    </Frame>
  );
}

function NothingOpen() {
  return (
    <FirstRun title="Nothing is planned for tonight" text="Choose requirements of one or several projects, and start.">
      <div className="row row-center">
        <Link to="/new" className="button button-primary">
          New batch
        </Link>
      </div>
    </FirstRun>
  );
}

function Overall({ batches }: { readonly batches: readonly BatchSummary[] }) {
  const counts: Counts = sumCounts(batches.map((batch) => batch.counts));
  const details = useQueries({ queries: batches.map((batch) => batchQuery(batch.id)) });
  const now = useNow();
  const forecasts = details.flatMap(({ data }) => {
    const found = data === undefined || data.status !== 'running' ? null : forecast(data.tasks, now);
    return found === null ? [] : [found];
  });
  // Batches work side by side: the night is over with the longest.
  const longest = forecasts.toSorted((a, b) => b.toMs - a.toMs)[0];
  return (
    <div className="overall">
      <Weave counts={counts} label="Progress of all open batches" />
      <p>
        {plural(batches.length, 'open batch', 'open batches')}. {progressSentence(counts)}.
        {longest !== undefined && ` About ${range(longest)} of work left.`}
      </p>
    </div>
  );
}

function PauseAll({ batches }: { readonly batches: readonly BatchSummary[] }) {
  const pause = useCommand('pauseAll', ({ items }) => {
    const refused = items.filter(({ error }) => error !== null);
    return refused.length === 0
      ? `${plural(items.length, 'batch', 'batches')} paused; what runs now ends first.`
      : `Not paused: ${refused.map(({ name }) => name).join(', ')}.`;
  });
  if (batches.filter((batch) => batch.status === 'running').length < 2) return null;
  const pauseAll = (): void => pause.mutate({ body: { commandId: commandId() } });
  return (
    <Button isDisabled={pause.isPending} onPress={pauseAll}>
      Pause all
    </Button>
  );
}

function Recent({ batches }: { readonly batches: readonly BatchSummary[] }) {
  return (
    <section className="section">
      <h2>Ended lately</h2>
      <ul className="list">
        {batches.map((batch) => (
          <li key={batch.id} className="list-row recent">
            <BatchStatus batch={batch} />
            <Link to="/batches/$batchId" params={{ batchId: batch.id }} className="strong">
              {batch.name}
            </Link>
            <span className="quiet">{batch.project}</span>
            <span className="quiet number">{progressSentence(batch.counts)}</span>
            <span className="quiet number">{batch.costUsd !== null && dollars(batch.costUsd)}</span>
            <span className="quiet">{batch.completedAt !== null && <Ago at={batch.completedAt} />}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
