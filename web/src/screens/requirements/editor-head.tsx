/** Which file is written, and who works from it. */
import { Link } from '@tanstack/react-router';
import type { RequirementDetail } from '../../../../src/contracts/requirement-routes.ts';
import { requirementState } from '../../model/requirements.ts';
import { TextField } from '../../ui/fields.tsx';
import { StatusLabel } from '../../ui/status.tsx';

/** See above. A new file gets its name here; `problem`: why it could not be saved. */
export function EditorHead(props: {
  readonly saved: RequirementDetail | null;
  readonly name: string;
  readonly onName: (name: string) => void;
  readonly problem: string | null;
}) {
  const { saved, name, onName, problem } = props;
  if (saved === null) {
    return (
      <TextField
        label="Name of the file, without .md"
        value={name}
        onChange={onName}
        isCode
        maxLength={200}
        autoComplete="off"
        placeholder="made of the title"
        problem={problem}
        hint="It lies in .claude/commands of the project, and goes away with the commit that resolves it."
      />
    );
  }
  const { tone, word } = requirementState(saved);
  return (
    <>
      <p className="row row-wrap small">
        <StatusLabel tone={tone} word={word} />
        <code className="quiet wrap-text">.claude/commands/{saved.name}.md</code>
      </p>
      {saved.frozenSha256 !== null && saved.taskId !== null && (
        <p className="banner banner-wait">
          <span>
            <Link to="/tasks/$taskId" params={{ taskId: saved.taskId }}>
              Its task
            </Link>{' '}
            works from the text as it was when it was queued; what is changed now counts for the next one.
          </span>
        </p>
      )}
      {problem !== null && (
        <p className="banner banner-bad" role="alert">
          {problem}
        </p>
      )}
    </>
  );
}
