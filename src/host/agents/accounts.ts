/** The accounts that the agents of a project log in to. */
import { settingsForAgent } from '../../contracts/settings.ts';
import type { Settings } from '../../contracts/settings.ts';
import type { AgentAccount } from '../../contracts/state.ts';
import { agentEnvironment } from './environment.ts';
import { adapterFor } from './registry.ts';

/**
 * The agent of the settings and those that stand in for it, in this order, each once.
 * @param base environment of the host worker, unfiltered
 */
export function agentAccounts(base: Readonly<Record<string, string>>, settings: Settings): AgentAccount[] {
  const names = [settings.agent.name, ...settings.agent.fallback.map((each) => each.name)];
  return [...new Set(names)].map((agent) => {
    const { env } = settingsForAgent(settings, agent) ?? settings;
    return { agent, account: adapterFor(agent).accountKey(agentEnvironment({ base, agent, projectEnv: env })) };
  });
}
