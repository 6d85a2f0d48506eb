/** The commit message that a template makes: made by the same code that commits. */
import { renderMessage } from '../../../../src/domain/commit-message.ts';
import type { ProjectView } from '../../../../src/contracts/views.ts';

const SAMPLE = { requirementName: 'fix-login', branch: 'nightloom/tonight', commitMessage: 'Auto-commit: fix-login' };

/** Changes as one types. */
export function MessagePreview({ template, project }: { readonly template: string; readonly project: ProjectView }) {
  const message = renderMessage(template, {
    ...SAMPLE,
    projectName: project.name,
    timestamp: '2026-01-31T02:30:00.000Z',
  });
  return (
    <figure className="preview">
      <figcaption className="label">A commit would say</figcaption>
      <pre className="output-tail" tabIndex={0} aria-label="Preview of the commit message" role="status">
        {message}
        {'\n\n'}
        <span className="quiet">Nightloom-Task, Nightloom-Batch, Nightloom-Attempt, Nightloom-Requirement</span>
      </pre>
      <p className="hint">
        {'{requirementName} {projectName} {branch} {timestamp} {commitMessage} are filled in; everything else stays.'}
      </p>
    </figure>
  );
}
