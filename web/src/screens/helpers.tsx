/** The palette and the sheet of shortcuts. Both are loaded when they are first asked for. */
import { lazy, Suspense, useEffect, useSyncExternalStore } from 'react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { createCell } from '../data/cell.ts';
import { batchesQuery, projectsQuery } from '../data/queries.ts';
import { SearchIcon } from '../ui/icons.tsx';
import { Keys } from '../ui/keys.tsx';
import type { PalettePlace } from '../ui/palette.tsx';
import { listenToKeys, listenToPaletteKey, useShortcut } from '../ui/shortcuts.ts';

const Palette = lazy(async () => ({ default: (await import('../ui/palette.tsx')).Palette }));
const ShortcutSheet = lazy(async () => ({ default: (await import('../ui/shortcut-sheet.tsx')).ShortcutSheet }));

type Helper = 'palette' | 'shortcuts';
const open = createCell<Helper | null>(null);

/** Opens one of them. */
export function openHelper(helper: Helper): void {
  open.set(helper);
}

const close = (): void => open.set(null);

/** The button of the palette, and whichever is open; once per page. */
export function Helpers() {
  const shown = useSyncExternalStore(open.subscribe, open.get);
  useShortcut('?', 'Show the shortcuts', () => open.set('shortcuts'), 'everywhere');
  useEffect(listenToKeys, []);
  useEffect(() => listenToPaletteKey(() => open.set('palette')), []);
  return (
    <>
      <button type="button" className="find" onClick={() => open.set('palette')}>
        <SearchIcon />
        <span className="find-text">Find or do</span>
        <span aria-hidden="true">
          <Keys keys="Ctrl+K" />
        </span>
      </button>
      <Suspense>
        {shown === 'palette' && <FilledPalette />}
        {shown === 'shortcuts' && <ShortcutSheet onClose={close} />}
      </Suspense>
    </>
  );
}

/** With all batches and projects. */
function FilledPalette() {
  const navigate = useNavigate();
  const batches = useQuery(batchesQuery()).data?.items ?? [];
  const projects = useQuery(projectsQuery()).data?.items ?? [];
  const places: PalettePlace[] = [
    ...batches.map(({ id, name, project }) => ({
      label: name,
      detail: `Batch, ${project}`,
      go: () => void navigate({ to: '/batches/$batchId', params: { batchId: id } }),
    })),
    ...projects.map(({ id, name, path }) => ({
      label: name,
      detail: `Project, ${path}`,
      go: () => void navigate({ to: '/projects/$projectId', params: { projectId: id } }),
    })),
  ];
  return <Palette places={places} onClose={close} />;
}
