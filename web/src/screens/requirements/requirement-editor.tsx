/** Reading and writing one requirement, with a preview beside it. A dialog over the list, with an address of its own. */
import { useQuery } from '@tanstack/react-query';
import { requirementQuery } from '../../data/requirements.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { Failed, Loading } from '../../ui/states.tsx';
import { TextEditor } from './text-editor.tsx';

/** See {@link RequirementEditor}. */
export interface RequirementEditorProps {
  readonly project: string;
  /** null: a new one. */
  readonly name: string | null;
  readonly onClose: () => void;
}

/** See above. */
export function RequirementEditor({ project, name, onClose }: RequirementEditorProps) {
  if (name === null) return <TextEditor project={project} saved={null} onClose={onClose} />;
  return <Existing project={project} name={name} onClose={onClose} />;
}

function Existing({ project, name, onClose }: RequirementEditorProps & { readonly name: string }) {
  const { data, error, refetch } = useQuery(requirementQuery(project, name));
  if (data !== undefined) return <TextEditor project={project} saved={data} onClose={onClose} />;
  // Not in a dialog of its own: the focus would not find back over two of them.
  if (error === null) return <Loading what="the text" />;
  return (
    <Dialog title={name} isOpen onClose={onClose} size="l">
      <Failed error={error} onRetry={() => void refetch()} />
    </Dialog>
  );
}
