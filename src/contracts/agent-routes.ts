/** Routes about the agents of the machine. Part of the route table. */
import { z } from 'zod';
import { listOf, route } from './route.ts';
import { AGENTS } from './vocabulary.ts';

/** One agent as the host finds it. */
export const AgentInfoSchema = z
  .object({
    name: z.enum(AGENTS),
    installed: z.boolean(),
    version: z.string().nullable().describe('As the program says; null: it is not installed, or has none'),
    login: z
      .enum(['yes', 'no', 'not_needed', 'unknown'])
      .describe('Looked up on this machine only: the API behind it was not asked'),
    method: z.string().nullable().describe('How it is logged in, where the agent says so'),
    repair: z.string().nullable().describe('What to do when it is not installed or not logged in'),
  })
  .meta({ id: 'AgentInfo' });
/** An item of {@link AgentInfoSchema}. */
export type AgentInfo = z.infer<typeof AgentInfoSchema>;

/** Rows of the route table. */
export const agentRoutes = {
  listAgents: route({
    method: 'GET',
    path: '/api/agents',
    summary: 'The agents, whether they are installed and logged in on the host',
    tag: 'agents',
    answers: listOf(AgentInfoSchema),
  }),
} as const;
