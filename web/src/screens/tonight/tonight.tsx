/** Tonight: every open batch as a column, and what ended lately. */
import { useMemo } from 'react';
import type { ReactNode } from 'react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import type { BatchSummary } from '../../../../src/contracts/views.ts';
import { useAllBatches, useAllBatchesActions } from '../../data/batches.ts';
import { projectsQuery } from '../../data/queries.ts';
import { inOrder } from '../../model/lanes.ts';
import { endedOf, sumCounts, totalOf } from '../../model/progress.ts';
import { Button } from '../../ui/button.tsx';
import { PlusIcon } from '../../ui/icons.tsx';
import { Page } from '../../ui/page.tsx';
import { SearchField } from '../../ui/search-field.tsx';
import { useAction, useShortcut } from '../../ui/shortcuts.ts';
import { Failed, FirstRun, HowTo, Loading, NoMatch } from '../../ui/states.tsx';
import { Board } from './board.tsx';
import { Overall } from './overall.tsx';
import { Recent } from './recent.tsx';

const route = getRouteApi('/');

/** From so many batches on, one looks for one by name. */
const MANY = 4;

/** The home of the dashboard. */
export function Tonight() {
  const batches = useAllBatches();
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
  if (projects.data.items.length === 0) return <NoProject />;
  return <Batches all={batches.data.items} />;
}

function Batches({ all }: { readonly all: readonly BatchSummary[] }) {
  const { q = '' } = route.useSearch();
  const navigate = route.useNavigate();
  const open = useMemo(() => inOrder(all), [all]);
  const ended = all.filter(({ status }) => status === 'completed' || status === 'cancelled');
  const fits = ({ name, projects }: BatchSummary): boolean =>
    [name, ...projects.map(({ project }) => project)].some((text) => text.toLowerCase().includes(q.toLowerCase()));
  const setQuery = (text: string): void => void navigate({ search: text === '' ? {} : { q: text }, replace: true });
  const shown = open.filter(fits);
  const counts = sumCounts(open.map((batch) => batch.counts));
  return (
    <Frame
      {...(open.length > 0 ? { tab: `${endedOf(counts)}/${totalOf(counts)}` } : {})}
      lead={open.length > 0 && <Overall batches={open} />}
      actions={<Actions batches={open} />}
    >
      {(open.length >= MANY || q !== '') && (
        <div className="filter-bar">
          <SearchField label="Find a batch" value={q} onChange={setQuery} />
        </div>
      )}
      {open.length === 0 && <NothingOpen />}
      {open.length > 0 && shown.length === 0 && <NoMatch what="batch" onClear={() => setQuery('')} />}
      {shown.length > 0 && <Board batches={shown} />}
      {ended.length > 0 && <Recent batches={ended} />}
    </Frame>
  );
}

function Frame(props: { lead?: ReactNode; actions?: ReactNode; tab?: string; children?: ReactNode }) {
  return (
    <Page title="Tonight" {...props}>
      {props.children}
    </Page>
  );
}

function Actions({ batches }: { readonly batches: readonly BatchSummary[] }) {
  const { isBusy, pauseAll, resumeAll } = useAllBatchesActions();
  const running = batches.filter(({ status }) => status === 'running').length;
  const paused = batches.filter(({ status }) => status === 'paused').length;
  useAction('Pause all batches', pauseAll);
  useAction('Resume all batches', resumeAll);
  return (
    <>
      {paused > 1 && (
        <Button isDisabled={isBusy} onPress={resumeAll}>
          Resume all
        </Button>
      )}
      {running > 1 && (
        <Button isDisabled={isBusy} onPress={pauseAll}>
          Pause all
        </Button>
      )}
      {batches.length > 0 && (
        <Link to="/new" className="button button-primary">
          <PlusIcon /> New batch
        </Link>
      )}
    </>
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
