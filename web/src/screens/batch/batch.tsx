/** A batch: what it is, its tasks on a timeline, what to type next. */
import { useMemo, useState } from 'react';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import type { BatchView, TaskView } from '../../../../src/contracts/views.ts';
import { useBatch, useBatchProgress } from '../../data/batches.ts';
import { dollars, duration, shortSha, toMs } from '../../model/format.ts';
import { placeWord } from '../../model/lanes.ts';
import { endedOf, progressSentence, totalOf } from '../../model/progress.ts';
import { Button } from '../../ui/button.tsx';
import { Command } from '../../ui/command.tsx';
import { Fact, Facts } from '../../ui/facts.tsx';
import { Page } from '../../ui/page.tsx';
import { Failed, Loading, NoMatch } from '../../ui/states.tsx';
import { BatchStatus, Weave } from '../../ui/status.tsx';
import { Moment, useNow } from '../../ui/time.tsx';
import { BatchActions } from '../batch-actions.tsx';
import { Hold } from '../hold.tsx';
import { FilterBar } from '../filter-bar.tsx';
import { range } from '../forecast-text.ts';
import { Timeline } from './timeline.tsx';
import { TemporalLink } from './temporal-link.tsx';
import '../../styles/batch.css';

const route = getRouteApi('/batches/$batchId');

const FILTERS: Readonly<Record<string, { label: string; fits: (task: TaskView) => boolean }>> = {
  open: { label: 'Open', fits: (task) => ['idle', 'queued', 'running', 'waiting'].includes(task.status) },
  completed: { label: 'Done', fits: (task) => task.status === 'completed' },
  failed: { label: 'Failed', fits: (task) => task.status === 'failed' },
  other: { label: 'Left out', fits: (task) => task.status === 'skipped' || task.status === 'cancelled' },
};

/** See above. */
export function Batch() {
  const { batchId } = route.useParams();
  const { data: batch, error, refetch } = useBatch(batchId);
  const navigate = useNavigate();
  if (batch === undefined) {
    return (
      <Page title="Batch">
        {error === null ? <Loading what="the batch" /> : <Failed error={error} onRetry={() => void refetch()} />}
      </Page>
    );
  }
  return (
    <Page
      title={batch.name}
      above={<Link to="/">Tonight</Link>}
      beside={<BatchStatus batch={batch} />}
      tab={`${endedOf(batch.counts)}/${totalOf(batch.counts)}`}
      lead={<Lead batch={batch} />}
      actions={
        <>
          <Link to="/report" search={{ batch: batch.id }} className="button button-plain button-s">
            Report
          </Link>
          <BatchActions batch={batch} onRemoved={() => void navigate({ to: '/' })} />
        </>
      }
    >
      <Hold batch={batch} />
      <Weave counts={batch.counts} label={`Progress of ${batch.name}`} size="l" />
      <BatchFacts batch={batch} />
      {batch.notes.length > 0 && (
        <ul className="notes">
          {batch.notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
      <Tasks batch={batch} />
      <NextSteps batch={batch} />
    </Page>
  );
}

function Lead({ batch }: { readonly batch: BatchView }) {
  const { left } = useBatchProgress(batch);
  const place = placeWord(batch);
  return (
    <p className="number">
      {progressSentence(batch.counts)}
      {place !== null && ` · ${place.toLowerCase()}`}
      {left !== null && ` · about ${range(left)} of work left`}
    </p>
  );
}

function BatchFacts({ batch }: { readonly batch: BatchView }) {
  const now = useNow();
  const startedMs = toMs(batch.startedAt);
  const endMs = toMs(batch.completedAt) ?? now;
  return (
    <Facts>
      <Fact name="Cost">{dollars(batch.costUsd)}</Fact>
      {batch.startedAt !== null && startedMs !== null && (
        <Fact name="Started">
          <Moment at={batch.startedAt} />, {batch.completedAt === null ? 'for' : 'took'} {duration(endMs - startedMs)}
        </Fact>
      )}
      <Fact name="After a failure">
        {{ continue: 'Goes on', stop: 'Stops', pause: 'Pauses' }[batch.onFailure] ?? batch.onFailure}
      </Fact>
      {batch.projects.map((project) => (
        <Fact key={project.projectId} name={`Branch in ${project.project}`}>
          {project.branch === null ? 'no branch yet' : <code>{project.branch}</code>}
          {project.base !== null && ` from ${shortSha(project.base)}`}
          {project.merged === true && ', merged'}
        </Fact>
      ))}
      <TemporalLink batchId={batch.id} />
    </Facts>
  );
}

function Tasks({ batch }: { readonly batch: BatchView }) {
  const { status, q = '' } = route.useSearch();
  const navigate = route.useNavigate();
  const filter = status === undefined ? undefined : FILTERS[status];
  const shown = useMemo(() => {
    const words = q.toLowerCase();
    return batch.tasks.filter((task) => (filter?.fits(task) ?? true) && task.name.toLowerCase().includes(words));
  }, [batch.tasks, filter, q]);
  const set = (next: { status?: string | undefined; q?: string | undefined }): void => {
    void navigate({ search: (before) => clean({ ...before, ...next }), replace: true });
  };
  return (
    <section className="section">
      <h2>Tasks</h2>
      <FilterBar
        choices={Object.entries(FILTERS).map(([value, { label, fits }]) => ({
          value,
          label,
          count: batch.tasks.filter(fits).length,
        }))}
        total={batch.tasks.length}
        value={status}
        onChoose={(value) => set({ status: value })}
        query={q}
        onQuery={(text) => set({ q: text })}
      />
      {shown.length === 0 ? (
        <NoMatch what="task" onClear={() => set({ status: undefined, q: undefined })} />
      ) : (
        <Timeline batch={batch} tasks={shown} />
      )}
    </section>
  );
}

/** Absent and not empty or undefined: so the address stays short. */
function clean(search: { status?: string | undefined; q?: string | undefined }): { status?: string; q?: string } {
  const { status, q } = search;
  return { ...(status === undefined ? {} : { status }), ...(q === undefined || q === '' ? {} : { q }) };
}

const FEW = 3;

function NextSteps({ batch }: { readonly batch: BatchView }) {
  const [isAll, setAll] = useState(false);
  if (batch.next.length === 0) return null;
  const shown = isAll ? batch.next : batch.next.slice(0, FEW);
  return (
    <section className="section">
      <h2>Next</h2>
      <ul className="next-list">
        {shown.map(({ why, command }) => (
          <li key={command}>
            <p>{why}</p>
            <Command text={command} />
          </li>
        ))}
      </ul>
      {shown.length < batch.next.length && (
        <Button onPress={() => setAll(true)}>Show {batch.next.length - shown.length} more</Button>
      )}
    </section>
  );
}
