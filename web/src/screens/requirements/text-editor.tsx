/** The text of a requirement, being written. Nothing is kept before it is saved, and nobody's text is lost to another's. */
import { useEffect, useState } from 'react';
import type { RequirementDetail } from '../../../../src/contracts/requirement-routes.ts';
import { describeError } from '../../data/describe-error.ts';
import { useRequirementChanges } from '../../data/requirements.ts';
import { nameOfTitle, titleOfText } from '../../model/requirements.ts';
import { Confirm, Dialog } from '../../ui/dialog.tsx';
import { EditorFoot } from './editor-foot.tsx';
import { EditorHead } from './editor-head.tsx';
import { EditorPanes } from './editor-panes.tsx';
import { TextConflict } from './text-conflict.tsx';

/** See {@link TextEditor}. */
export interface TextEditorProps {
  readonly project: string;
  /** As it was read; null: a new one. */
  readonly saved: RequirementDetail | null;
  readonly onClose: () => void;
}

/** What stands in the way of saving. */
type Trouble =
  | { readonly kind: 'none' }
  | { readonly kind: 'changed'; readonly now: RequirementDetail }
  | { readonly kind: 'gone' }
  | { readonly kind: 'refused'; readonly error: unknown };

const NONE: Trouble = { kind: 'none' };

/** See above. */
export function TextEditor({ project, saved, onClose }: TextEditorProps) {
  const draft = useDraft(project, saved, onClose);
  const { base, text, name, trouble, isDirty, isBusy, canSave, submit } = draft;
  const [isAsking, setAsking] = useState(false);
  useWarning(isDirty);
  const leave = (): void => (isDirty ? setAsking(true) : onClose());
  return (
    <Dialog title={base === null ? 'New requirement' : titleOfText(text) || base.name} isOpen onClose={leave} size="l">
      <form
        className="editor"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
        onKeyDown={(event) => {
          if (!(event.ctrlKey || event.metaKey) || (event.key !== 's' && event.key !== 'Enter')) return;
          event.preventDefault();
          submit();
        }}
      >
        <EditorHead saved={base} name={name} onName={draft.setName} problem={problemOf(trouble)} />
        {trouble.kind === 'changed' ? (
          <TextConflict
            now={trouble.now}
            mine={text}
            isBusy={isBusy}
            onTake={() => draft.take(trouble.now)}
            onKeep={() => draft.write(trouble.now.sha256)}
            onBack={draft.goOn}
          />
        ) : (
          <>
            <EditorPanes text={text} onChange={draft.setText} />
            <EditorFoot
              isNew={base === null || trouble.kind === 'gone'}
              isDisabled={!canSave}
              isBusy={isBusy}
              onClose={leave}
            />
          </>
        )}
      </form>
      <Confirm
        title="Leave without saving?"
        text="What was written here is lost; the file stays as it is."
        action="Leave without saving"
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        onConfirm={onClose}
      />
    </Dialog>
  );
}

/** What is written, what it was made from, and what came of saving it. */
function useDraft(project: string, saved: RequirementDetail | null, onSaved: () => void) {
  // The text that was opened stays the base of what is written, whatever arrives meanwhile.
  const [base, setBase] = useState(saved);
  const [text, setText] = useState(saved?.text ?? '');
  const [ownName, setName] = useState<string | null>(null);
  const [trouble, setTrouble] = useState<Trouble>(NONE);
  const { save } = useRequirementChanges(project);
  const name = base?.name ?? ownName ?? nameOfTitle(titleOfText(text));
  const isDirty = text !== (base?.text ?? '');
  const canSave = name.trim() !== '' && text.trim() !== '' && (isDirty || trouble.kind === 'gone');
  const write = (baseSha256: string | null): void =>
    save.mutate(
      { name, text, baseSha256 },
      { onSuccess: (outcome) => (outcome.kind === 'saved' ? onSaved() : setTrouble(outcome)) },
    );
  return {
    base,
    text,
    name,
    trouble,
    isDirty,
    canSave,
    isBusy: save.isPending,
    setText,
    setName,
    write,
    goOn: () => setTrouble(NONE),
    take: (now: RequirementDetail) => {
      setBase(now);
      setText(now.text);
      setTrouble(NONE);
    },
    submit: () => {
      if (canSave && !save.isPending) write(trouble.kind === 'gone' ? null : (base?.sha256 ?? null));
    },
  };
}

function problemOf(trouble: Trouble): string | null {
  if (trouble.kind === 'gone') return 'The file was deleted or renamed meanwhile. Saving writes it anew.';
  if (trouble.kind !== 'refused') return null;
  const { fact, hint } = describeError(trouble.error);
  return hint === null ? fact : `${fact} ${hint}`;
}

/** The browser asks before the page is closed. */
function useWarning(isDirty: boolean): void {
  useEffect(() => {
    if (!isDirty) return;
    const warn = (event: BeforeUnloadEvent): void => event.preventDefault();
    addEventListener('beforeunload', warn);
    return () => removeEventListener('beforeunload', warn);
  }, [isDirty]);
}
