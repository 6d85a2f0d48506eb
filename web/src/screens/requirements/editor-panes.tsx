/** Text and preview: side by side, or one of them where there is no room for both. */
import { lazy, Suspense, useState } from 'react';
import { TextField } from '../../ui/fields.tsx';
import { Segmented } from '../../ui/segmented.tsx';
import { useSettled } from '../../ui/settled.ts';
import { Loading } from '../../ui/states.tsx';

const Markdown = lazy(async () => ({ default: (await import('../../ui/markdown.tsx')).Markdown }));

const PANES = [
  { value: 'write', label: 'Write' },
  { value: 'preview', label: 'Preview' },
] as const;
type Pane = (typeof PANES)[number]['value'];

const ROWS = 18;
const PLACEHOLDER = `# What shall be there

Why, and for whom.

- how one sees that it is done
- what must stay as it is`;

/** See above. The preview follows as one types. */
export function EditorPanes(props: { readonly text: string; readonly onChange: (text: string) => void }) {
  const { text, onChange } = props;
  const [pane, setPane] = useState<Pane>('write');
  const shown = useSettled(text);
  return (
    <div className={`editor-panes editor-panes-${pane}`}>
      <div className="editor-switch">
        <Segmented label="Show" options={PANES} value={pane} onChange={setPane} />
      </div>
      <div className="editor-pane editor-write">
        <TextField label="Markdown" value={text} onChange={onChange} rows={ROWS} isCode placeholder={PLACEHOLDER} />
      </div>
      <div className="editor-pane editor-preview">
        <span className="label" aria-hidden="true">
          Preview
        </span>
        <Suspense fallback={<Loading what="the preview" />}>
          <Markdown text={shown} label="Preview" />
        </Suspense>
      </div>
    </div>
  );
}
