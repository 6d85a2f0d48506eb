/** Facts of a run that reading its output needs; kept in its directory. */
import { join } from 'node:path';
import { z } from 'zod';
import { readJson } from '../runs/run-directory.ts';

const FactsSchema = z.object({
  sessionId: z.string().nullable(),
  priorCostUsd: z.number().nullable(),
  agent: z.string(),
  isResumed: z.boolean().optional(),
});

/** Facts of a run. */
export type AgentFacts = z.infer<typeof FactsSchema>;

/** Name of the file in the run's directory. */
export const FACTS_FILE = 'agent.json';

/** The facts in a run's directory; null before it was prepared. */
export function readFacts(directory: string): AgentFacts | null {
  const parsed = FactsSchema.safeParse(readJson(join(directory, FACTS_FILE)));
  return parsed.success ? parsed.data : null;
}
