/** What an agent did and said in a run, read again from its output. */
import { join } from 'node:path';
import { AGENTS } from '../../contracts/vocabulary.ts';
import type { AgentEvent } from '../agents/adapter.ts';
import { adapterFor } from '../agents/registry.ts';
import { RUN_FILES } from '../runs/run-directory.ts';
import { RunTail } from '../runs/tail.ts';
import { readFacts } from './agent-facts.ts';

/** Hands every event of the run in `directory` to `onEvent`; none, if no agent ran there. */
export async function eachEvent(directory: string, onEvent: (event: AgentEvent) => void): Promise<void> {
  const name = AGENTS.find((each) => each === readFacts(directory)?.agent);
  if (name === undefined) return;
  const parser = adapterFor(name).parser();
  const tail = new RunTail(join(directory, RUN_FILES.stdout));
  const push = (line: string): void => {
    for (const event of parser.push(line)) onEvent(event);
  };
  try {
    for (let more = true; more;) {
      const read = await tail.read();
      for (const line of read.lines) push(line.text);
      more = read.more;
    }
    const rest = tail.flush();
    if (rest !== null) push(rest.text);
  } finally {
    await tail.close();
  }
}
