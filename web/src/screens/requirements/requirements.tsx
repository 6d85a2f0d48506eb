/** The requirements of a project as cards: found, written, changed, and put into batches. */
import { lazy, Suspense, useRef, useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import type { ProjectView, RequirementView } from '../../../../src/contracts/views.ts';
import { requirementsQuery } from '../../data/queries.ts';
import { isDefault, REQUIREMENT_GROUPS, requirementState } from '../../model/requirements.ts';
import { Button } from '../../ui/button.tsx';
import { Checkbox } from '../../ui/fields.tsx';
import { PlusIcon } from '../../ui/icons.tsx';
import { useShortcut } from '../../ui/shortcuts.ts';
import { Failed, FirstRun, HowTo, Loading, NoMatch } from '../../ui/states.tsx';
import { FilterBar } from '../filter-bar.tsx';
import { ChosenRequirements } from './chosen-requirements.tsx';
import { RequirementCard } from './requirement-card.tsx';
import '../../styles/requirements.css';

const RequirementEditor = lazy(async () => ({ default: (await import('./requirement-editor.tsx')).RequirementEditor }));

const route = getRouteApi('/projects/$projectId');

/** See above. What is written or filtered is in the address: a link leads there. */
export function Requirements({ project }: { readonly project: ProjectView }) {
  const { data, error, refetch } = useQuery(requirementsQuery(project.id));
  const { edit, write } = route.useSearch();
  const navigate = route.useNavigate();
  const open = (name: string | null): void =>
    void navigate({
      search: ({ edit: _edit, write: _write, ...rest }) => ({
        ...rest,
        ...(name === null ? { write: 'new' } : { edit: name }),
      }),
    });
  const close = (): void => void navigate({ search: ({ edit: _edit, write: _write, ...rest }) => rest, replace: true });
  useShortcut('c', 'Write a requirement', () => open(null));
  return (
    <div className="stack">
      {data === undefined && error === null && <Loading what="the requirements" />}
      {data === undefined && error !== null && <Failed error={error} onRetry={() => void refetch()} />}
      {data?.items.length === 0 && <NoneYet project={project} onWrite={() => open(null)} />}
      {data !== undefined && data.items.length > 0 && <Cards project={project} items={data.items} onOpen={open} />}
      <Suspense>
        {(edit !== undefined || write !== undefined) && (
          <RequirementEditor key={edit ?? ''} project={project.id} name={edit ?? null} onClose={close} />
        )}
      </Suspense>
    </div>
  );
}

function NoneYet({ project, onWrite }: { readonly project: ProjectView; readonly onWrite: () => void }) {
  const folder = `${project.path.replaceAll("'", String.raw`'\''`)}/.claude/commands`;
  return (
    <FirstRun
      title="No requirement files"
      text="A requirement is a Markdown file in .claude/commands: a title, and what is to be done. An agent works from nothing else."
    >
      <div className="row row-center">
        <Button kind="primary" onPress={onWrite}>
          <PlusIcon /> Write the first one
        </Button>
      </div>
      <HowTo command={`mkdir -p '${folder}'`}>Or put files into the folder; they appear here:</HowTo>
    </FirstRun>
  );
}

interface CardsProps {
  readonly project: ProjectView;
  readonly items: readonly RequirementView[];
  readonly onOpen: (name: string | null) => void;
}

function Cards({ project, items, onOpen }: CardsProps) {
  const { q = '', status } = route.useSearch();
  const navigate = route.useNavigate();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const list = useRef<HTMLUListElement>(null);
  const shown = useShown(items);
  const set = (next: { readonly q?: string; readonly status?: string | undefined }): void =>
    void navigate({ search: (before) => withFilter(before, next), replace: true });
  const groups = Object.entries(REQUIREMENT_GROUPS).map(([value, label]) => ({
    value,
    label,
    count: items.filter((item) => requirementState(item).group === value).length,
  }));
  const toggle = (name: string): void => {
    const next = new Set(chosen);
    if (!next.delete(name)) next.add(name);
    setChosen(next);
  };
  useWalk(list);
  // In the order in which they were chosen, which is that of their batch; what has gone meanwhile is left out.
  const names = [...chosen].filter((name) => items.some((item) => item.name === name));
  return (
    <>
      <div className="row row-between row-wrap">
        <FilterBar
          choices={groups}
          total={items.length}
          value={status}
          onChoose={(value) => set({ status: value })}
          query={q}
          onQuery={(text) => set({ q: text })}
        />
        <Button kind="primary" onPress={() => onOpen(null)}>
          <PlusIcon /> Write a requirement
        </Button>
      </div>
      {shown.length === 0 ? (
        <NoMatch what="requirement" onClear={() => set({ q: '', status: undefined })} />
      ) : (
        <>
          <ChooseAll items={shown} chosen={chosen} onChoose={setChosen} />
          <ul className="card-grid" ref={list} aria-label="Requirements">
            {shown.map((item) => (
              <RequirementCard
                key={item.name}
                project={project.id}
                item={item}
                isChosen={chosen.has(item.name)}
                onChoose={() => toggle(item.name)}
                onOpen={() => onOpen(item.name)}
                onRemoved={() => focusNear(list.current, shown.indexOf(item))}
              />
            ))}
          </ul>
        </>
      )}
      <ChosenRequirements project={project.id} names={names} onClear={() => setChosen(new Set())} />
    </>
  );
}

/** Those that fit the filter of the address. */
function useShown(items: readonly RequirementView[]): readonly RequirementView[] {
  const { q = '', status } = route.useSearch();
  const words = q.toLowerCase();
  return items.filter(
    (item) =>
      `${item.name} ${item.title}`.toLowerCase().includes(words) &&
      (status === undefined || requirementState(item).group === status),
  );
}

type Search = ReturnType<typeof route.useSearch>;

function withFilter(before: Search, next: { readonly q?: string; readonly status?: string | undefined }): Search {
  const { q, status, ...rest } = { ...before, ...next };
  return { ...rest, ...(q === undefined || q === '' ? {} : { q }), ...(status === undefined ? {} : { status }) };
}

function ChooseAll(props: {
  readonly items: readonly RequirementView[];
  readonly chosen: ReadonlySet<string>;
  readonly onChoose: (names: ReadonlySet<string>) => void;
}) {
  const { items, chosen, onChoose } = props;
  const names = items.filter(isDefault).map(({ name }) => name);
  const isAll = names.length > 0 && names.every((name) => chosen.has(name));
  return (
    <Checkbox
      isSelected={isAll}
      isIndeterminate={!isAll && chosen.size > 0}
      isDisabled={names.length === 0}
      onChange={() => onChoose(new Set(isAll ? [] : names))}
    >
      <span className="small quiet number">
        Choose all that can be run: {names.length} of {items.length}
      </span>
    </Checkbox>
  );
}

/** `j` and `k` walk over the cards. */
function useWalk(list: React.RefObject<HTMLUListElement | null>): void {
  const step = (by: number): void => {
    const cards = [...(list.current?.querySelectorAll<HTMLElement>('.card-title') ?? [])];
    const here = cards.findIndex((card) => card.closest('li')?.contains(document.activeElement));
    cards[Math.min(Math.max(here + by, 0), cards.length - 1)]?.focus();
  };
  useShortcut('j', 'Next requirement', () => step(1));
  useShortcut('k', 'Requirement before', () => step(-1));
}

/** After a card has gone, the focus is on the one in its place. */
function focusNear(list: HTMLElement | null, at: number): void {
  const cards = [...(list?.querySelectorAll<HTMLElement>('.card-title') ?? [])];
  const next = cards[at + 1] ?? cards[at - 1] ?? document.querySelector<HTMLElement>('#main');
  next?.focus();
}
