/** Asks an agent something about the requirements of a project. It works beside the batches; nothing changes by itself. */
import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import type { RequirementView } from '../../../../src/contracts/views.ts';
import { askedQuery, isOpen, useAsk } from '../../data/background.ts';
import type { AskKind } from '../../data/background.ts';
import { describeError } from '../../data/describe-error.ts';
import { plural } from '../../model/format.ts';
import { ASK_WORDS } from '../../model/proposals.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { TextField } from '../../ui/fields.tsx';

/** What is to be asked. */
export type AskSubject =
  | { readonly kind: 'refine'; readonly names: readonly string[] }
  | { readonly kind: 'generate' }
  | { readonly kind: 'story-edit'; readonly item: Pick<RequirementView, 'name' | 'title'> };

/** See {@link AskDialog}. */
export interface AskDialogProps {
  readonly project: string;
  readonly subject: AskSubject;
  readonly onClose: () => void;
  /** The task that was started. */
  readonly onStarted: (taskId: string) => void;
}

const FIELDS: Readonly<
  Record<AskKind, { readonly label: string; readonly hint: string; readonly isRequired: boolean }>
> = {
  refine: {
    label: 'What to look at above all (optional)',
    hint: 'It names what is unclear, incomplete or contradictory, and proposes a better text for each.',
    isRequired: false,
  },
  generate: {
    label: 'What is wanted, in plain words',
    hint: 'It proposes requirements, each with a name that is free.',
    isRequired: true,
  },
  'story-edit': {
    label: 'How it shall change',
    hint: 'It proposes the new text, and changes to others that would not fit any more.',
    isRequired: true,
  },
};

/** See above. */
export function AskDialog({ project, subject, onClose, onStarted }: AskDialogProps) {
  const { kind } = subject;
  const [text, setText] = useState('');
  const ask = useAsk(project);
  const { label, hint, isRequired } = FIELDS[kind];
  const canStart = !isRequired || text.trim() !== '';
  const refusal = ask.error === null ? null : describeError(ask.error);
  return (
    <Dialog title={titleOf(subject)} isOpen onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (!canStart || ask.isPending) return;
          ask.mutate({ kind, params: paramsOf(subject, text.trim()) }, { onSuccess: ({ id }) => onStarted(id) });
        }}
      >
        <p className="quiet">{leadOf(subject)}</p>
        <AlreadyAsked project={project} kind={kind} />
        <TextField
          label={label}
          hint={hint}
          rows={4}
          value={text}
          onChange={setText}
          isRequired={isRequired}
          maxLength={10_000}
          problem={refusal === null ? null : [refusal.fact, refusal.hint].filter(Boolean).join(' ')}
        />
        <div className="row row-end">
          <Button onPress={onClose}>Close</Button>
          <Button kind="primary" type="submit" isDisabled={!canStart}>
            {ask.isPending ? 'Starting…' : 'Ask the agent'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** A second one of the same kind is possible, but rarely meant. */
function AlreadyAsked({ project, kind }: { readonly project: string; readonly kind: AskKind }) {
  const running = (useQuery(askedQuery(project)).data ?? []).filter((task) => task.kind === kind && isOpen(task));
  if (running.length === 0) return null;
  return (
    <p className="banner banner-wait" role="status">
      {running.length === 1 ? 'One of this kind is' : `${running.length} of this kind are`} at work already:{' '}
      {running.map(({ name }) => name).join(', ')}. This will be another one.
    </p>
  );
}

function titleOf(subject: AskSubject): string {
  return subject.kind === 'story-edit' ? `Change ${subject.item.title}` : ASK_WORDS[subject.kind].title;
}

function leadOf(subject: AskSubject): string {
  if (subject.kind === 'refine') {
    return subject.names.length === 0
      ? 'An agent reads all requirements that no batch has taken.'
      : `An agent reads the ${plural(subject.names.length, 'chosen requirement')}.`;
  }
  return subject.kind === 'generate'
    ? 'An agent reads the project and writes new requirements for it.'
    : 'An agent writes this requirement anew, and looks at all the others.';
}

function paramsOf(subject: AskSubject, text: string): Record<string, unknown> {
  switch (subject.kind) {
    case 'refine':
      return {
        ...(subject.names.length === 0 ? {} : { requirements: subject.names }),
        ...(text === '' ? {} : { focus: text }),
      };
    case 'generate':
      return { description: text };
    case 'story-edit':
      return { storyId: subject.item.name, target: text };
  }
}
