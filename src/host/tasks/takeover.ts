/** What an agent is told that goes on where another had to stop. */
import type { AgentGo } from '../../contracts/host-work.ts';
import type { WorkOrder } from '../../contracts/order.ts';
import { handoverPrompt } from '../project/prompt.ts';
import type { ExecutionInput } from '../project/prompt.ts';
import { listSteps, runDirectory } from '../runs/run-directory.ts';
import { eachEvent } from './agent-events.ts';
import type { HostContext } from './host-context.ts';

const KEPT_TEXTS = 3;
const KEPT_CHARACTERS = 2000;

/** The task, that its work so far is in the tree, and the last that the agent before said. */
export async function takeoverPrompt(
  context: HostContext,
  order: WorkOrder,
  { tookOverFrom }: AgentGo,
  input: ExecutionInput,
): Promise<string> {
  const who = tookOverFrom === undefined ? 'Another agent' : `Another agent (${tookOverFrom})`;
  const happened = `${who} worked on it and had to stop for a limit or an outage of its own: you take over from it.`;
  const said = context.masker.maskText(await lastWords(context, order));
  return handoverPrompt({ kind: 'resume' }, input, [happened], [], said);
}

/** The last texts of the attempt before, at most 2,000 characters; empty: it said nothing. */
async function lastWords({ paths }: HostContext, order: WorkOrder): Promise<string> {
  const attempt = order.attempt - 1;
  const texts: string[] = [];
  for (const step of listSteps(paths, order.task, attempt)) {
    await eachEvent(runDirectory(paths, order.task, attempt, step), (event) => {
      if (event.type !== 'text') return;
      texts.push(event.text);
      if (texts.length > KEPT_TEXTS) texts.shift();
    });
  }
  return texts.join('\n').slice(-KEPT_CHARACTERS).toWellFormed();
}
