/** What a night in a project needs: agents with their login, the repository, the commands. */
import { useQuery } from '@tanstack/react-query';
import type { PreflightView } from '../../../../src/contracts/views.ts';
import { preflightQuery } from '../../data/queries.ts';
import type { Tone } from '../../model/words.ts';
import { Button } from '../../ui/button.tsx';
import { Repair } from '../../ui/repair.tsx';
import { Failed, Loading } from '../../ui/states.tsx';
import { StatusLabel } from '../../ui/status.tsx';

const TONES: Readonly<Record<'error' | 'warning' | 'info', Tone>> = { error: 'bad', warning: 'wait', info: 'idle' };

/** Looked at anew whenever it is shown. */
export function Findings({ project }: { readonly project: string }) {
  const { data, error, refetch, isFetching } = useQuery(preflightQuery(project));
  if (data === undefined) {
    return error === null ? <Loading what="the check" /> : <Failed error={error} onRetry={() => void refetch()} />;
  }
  return (
    <div className="stack">
      <div className="row row-wrap row-between">
        <StatusLabel
          tone={data.ok ? 'good' : 'bad'}
          word={data.ok ? 'A night can work here' : 'A night cannot work here yet'}
        />
        <Button size="s" isPending={isFetching} onPress={() => void refetch()}>
          Look again
        </Button>
      </div>
      <p className="quiet small">
        The repository, the settings and their commands, the disk, and the agent with its login were looked at.
      </p>
      {data.findings.length > 0 && <List findings={data.findings} />}
    </div>
  );
}

function List({ findings }: Pick<PreflightView, 'findings'>) {
  return (
    <ul className="list">
      {findings.map((finding) => (
        <li key={`${finding.code} ${finding.message}`} className="finding">
          <StatusLabel tone={TONES[finding.level]} word={finding.message} />
          {finding.repair !== null && <Repair text={finding.repair} />}
        </li>
      ))}
    </ul>
  );
}
