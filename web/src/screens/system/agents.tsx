/** The agents of the host: which are installed and logged in, and what to type where not. */
import { useQuery } from '@tanstack/react-query';
import { agentsQuery } from '../../data/machine.ts';
import { agentState } from '../../model/agents.ts';
import { Button } from '../../ui/button.tsx';
import { Section } from '../../ui/page.tsx';
import { Repair } from '../../ui/repair.tsx';
import { Failed, Loading } from '../../ui/states.tsx';
import { StatusLabel } from '../../ui/status.tsx';

/** See above. Looked at when the screen is opened. */
export function Agents() {
  const { data, error, refetch, isFetching } = useQuery(agentsQuery());
  if (data === undefined) {
    return (
      <Section title="Agents">
        {error === null ? <Loading what="the agents" /> : <Failed error={error} onRetry={() => void refetch()} />}
      </Section>
    );
  }
  return (
    <Section
      title="Agents"
      actions={
        <Button size="s" label="Look again at the agents" isPending={isFetching} onPress={() => void refetch()}>
          Look again
        </Button>
      }
    >
      <ul className="list" aria-label="Agents">
        {data.items.map((agent) => (
          <li key={agent.name} className="list-row system-row">
            <StatusLabel {...agentState(agent)} />
            <span>
              <strong>{agent.name}</strong> <span className="quiet">{agent.version}</span>
              {agent.method !== null && <span className="quiet">, {agent.method}</span>}
            </span>
            {agent.repair !== null && <Repair text={agent.repair} />}
          </li>
        ))}
      </ul>
    </Section>
  );
}
