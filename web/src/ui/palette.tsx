/** The palette: everything that can be done now, found by typing. */
import { Autocomplete, useFilter } from 'react-aria-components/Autocomplete';
import { Menu, MenuItem } from 'react-aria-components/Menu';
import { Dialog, Modal, ModalOverlay } from 'react-aria-components/Modal';
import { Input, SearchField } from 'react-aria-components/SearchField';
import { SearchIcon } from './icons.tsx';
import { Keys } from './keys.tsx';
import { useActions } from './shortcuts.ts';
import type { Action } from './shortcuts.ts';

/** A place to go to, besides the registered actions. */
export interface PalettePlace {
  readonly label: string;
  readonly detail: string;
  readonly go: () => void;
}

/** See {@link Palette}. */
export interface PaletteProps {
  readonly places: readonly PalettePlace[];
  readonly onClose: () => void;
}

interface Row {
  readonly label: string;
  readonly detail: string;
  readonly keys: string;
  readonly run: () => void;
}

/** Typing filters, arrows choose, Enter does it, Escape closes. */
export function Palette({ places, onClose }: PaletteProps) {
  const { contains } = useFilter({ sensitivity: 'base' });
  const rows = [...useActions().map(fromAction), ...places.map(fromPlace)];
  return (
    <ModalOverlay
      className="backdrop backdrop-top"
      isOpen
      isDismissable
      onOpenChange={(next) => {
        if (!next) onClose();
      }}
    >
      <Modal className="modal modal-m">
        <Dialog className="palette" aria-label="Everything that can be done">
          <Autocomplete filter={contains}>
            <SearchField className="palette-field" aria-label="Search" autoFocus>
              <SearchIcon />
              <Input className="input" placeholder="What do you want to do?" />
            </SearchField>
            <Menu
              className="menu palette-list"
              aria-label="Actions"
              renderEmptyState={() => <p className="menu-empty">Nothing fits.</p>}
            >
              {rows.map((row, at) => (
                <MenuItem
                  key={`${row.label} ${row.detail} ${at}`}
                  id={`${at}`}
                  textValue={`${row.label} ${row.detail}`}
                  className="menu-item"
                  onAction={() => {
                    onClose();
                    row.run();
                  }}
                >
                  <span className="menu-label">{row.label}</span>
                  {row.keys !== '' && <Keys keys={row.keys} />}
                  {row.detail !== '' && <span className="menu-detail">{row.detail}</span>}
                </MenuItem>
              ))}
            </Menu>
          </Autocomplete>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

function fromAction({ label, keys, run }: Action): Row {
  return { label, detail: '', keys: keys.join(' '), run };
}

function fromPlace({ label, detail, go }: PalettePlace): Row {
  return { label, detail, keys: '', run: go };
}
