/** The cards of a project's requirements: found, walked over, chosen. */
import { useRef, useState } from 'react';
import { getRouteApi } from '@tanstack/react-router';
import type { ProjectView, RequirementView } from '../../../../src/contracts/views.ts';
import { plural } from '../../model/format.ts';
import { isDefault, REQUIREMENT_GROUPS, requirementState } from '../../model/requirements.ts';
import { Button } from '../../ui/button.tsx';
import { Checkbox } from '../../ui/fields.tsx';
import { PlusIcon } from '../../ui/icons.tsx';
import { Menu } from '../../ui/menu.tsx';
import { useShortcut } from '../../ui/shortcuts.ts';
import { NoMatch } from '../../ui/states.tsx';
import type { AskSubject } from '../background/ask-dialog.tsx';
import { FilterBar } from '../filter-bar.tsx';
import { ChosenRequirements } from './chosen-requirements.tsx';
import { RequirementCard } from './requirement-card.tsx';

const route = getRouteApi('/projects/$projectId');

/** See {@link RequirementCards}. */
export interface RequirementCardsProps {
  readonly project: ProjectView;
  readonly items: readonly RequirementView[];
  readonly onOpen: (name: string | null) => void;
  readonly onAsk: (subject: AskSubject) => void;
}

/** See above. What is filtered by is in the address. */
export function RequirementCards({ project, items, onOpen, onAsk }: RequirementCardsProps) {
  const navigate = route.useNavigate();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const list = useRef<HTMLUListElement>(null);
  const shown = useShown(items);
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
      <CardsHead items={items} names={names} onOpen={onOpen} onAsk={onAsk} />
      {shown.length === 0 ? (
        <NoMatch
          what="requirement"
          onClear={() =>
            void navigate({ search: (before) => withFilter(before, { q: '', status: undefined }), replace: true })
          }
        />
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
                onAsk={() => onAsk({ kind: 'story-edit', item })}
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

/** What is filtered by, and what can be begun. `names`: the chosen ones. */
function CardsHead(
  props: Pick<RequirementCardsProps, 'items' | 'onOpen' | 'onAsk'> & { readonly names: readonly string[] },
) {
  const { items, names, onOpen, onAsk } = props;
  const { q = '', status } = route.useSearch();
  const navigate = route.useNavigate();
  const set = (next: { readonly q?: string; readonly status?: string | undefined }): void =>
    void navigate({ search: (before) => withFilter(before, next), replace: true });
  const groups = Object.entries(REQUIREMENT_GROUPS).map(([value, label]) => ({
    value,
    label,
    count: items.filter((item) => requirementState(item).group === value).length,
  }));
  return (
    <div className="row row-between row-wrap cards-head">
      <FilterBar
        choices={groups}
        total={items.length}
        value={status}
        onChoose={(value) => set({ status: value })}
        query={q}
        onQuery={(text) => set({ q: text })}
      />
      <div className="row row-wrap">
        <AskMenu names={names} onAsk={onAsk} />
        <Button kind="primary" onPress={() => onOpen(null)}>
          <PlusIcon /> Write a requirement
        </Button>
      </div>
    </div>
  );
}

/** What an agent can be asked about all of them, or about the chosen ones. */
function AskMenu({
  names,
  onAsk,
}: {
  readonly names: readonly string[];
  readonly onAsk: (subject: AskSubject) => void;
}) {
  const which = names.length === 0 ? 'all that are pending' : plural(names.length, 'chosen one');
  return (
    <Menu
      label="Ask an agent…"
      className="button button-plain button-m"
      button="Ask an agent…"
      groups={[
        {
          items: [
            {
              label: 'Refine requirements…',
              detail: `What is unclear in ${which}, and a better text`,
              run: () => onAsk({ kind: 'refine', names }),
            },
            {
              label: 'Generate requirements…',
              detail: 'New ones, from a description',
              run: () => onAsk({ kind: 'generate' }),
            },
          ],
        },
      ]}
    />
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
