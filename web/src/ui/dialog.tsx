/** A modal dialog: the focus stays inside, Escape closes, the focus returns to where it was. */
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components/Modal';
import type { ReactNode } from 'react';
import { Button, IconButton } from './button.tsx';
import { CloseIcon } from './icons.tsx';

/** See {@link Dialog}. */
export interface DialogProps {
  readonly title: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
  /** `l`: for editors, previews and results; default `m`. */
  readonly size?: 'm' | 'l';
}

/** Its content exists only while it is open. On a narrow screen it fills the screen. */
export function Dialog({ title, isOpen, onClose, children, size = 'm' }: DialogProps) {
  return (
    <ModalOverlay
      className="backdrop"
      isOpen={isOpen}
      isDismissable
      onOpenChange={(next) => {
        if (!next) onClose();
      }}
    >
      <Modal className={`modal modal-${size}`}>
        <AriaDialog className="dialog">
          <div className="dialog-head">
            <Heading slot="title" level={2}>
              {title}
            </Heading>
            <IconButton label="Close" onPress={onClose}>
              <CloseIcon />
            </IconButton>
          </div>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

/** See {@link Confirm}. */
export interface ConfirmProps {
  readonly title: string;
  /** What happens, and what stays. */
  readonly text: string;
  /** Word on the button that does it. */
  readonly action: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly onConfirm: () => void;
}

/** Asks before something that cannot be undone. */
export function Confirm({ title, text, action, isOpen, onClose, onConfirm }: ConfirmProps) {
  return (
    <ModalOverlay
      className="backdrop"
      isOpen={isOpen}
      onOpenChange={(next) => {
        if (!next) onClose();
      }}
    >
      <Modal className="modal modal-m">
        <AriaDialog className="dialog" role="alertdialog">
          <Heading slot="title" level={2}>
            {title}
          </Heading>
          <p>{text}</p>
          <div className="row row-end">
            <Button onPress={onClose}>Leave it</Button>
            <Button
              kind="danger"
              onPress={() => {
                onClose();
                onConfirm();
              }}
            >
              {action}
            </Button>
          </div>
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
