/** `nightloom batch start|pause|resume|cancel|skip-wait` */
import type { CommandAnswerView } from '../../contracts/views.ts';
import { connect } from '../connect.ts';
import type { Handler } from '../context.ts';
import { newCommandId, operand, printEither } from '../output.ts';
import type { Client } from '../../client/client.ts';
import { resolveBatch } from '../resolve.ts';

interface ControlFlags {
  readonly now?: boolean;
  readonly json?: boolean;
}

type Send = (client: Client, id: string, flags: ControlFlags) => Promise<CommandAnswerView>;

function control(send: Send): Handler<ControlFlags> {
  return async (context, flags, args) => {
    const { client } = await connect(context);
    const id = await resolveBatch(context, client, operand(args, 0));
    const answer = await send(client, id, flags);
    printEither(context, flags.json, answer, () => answerLines(answer));
    return 0;
  };
}

/** The commands by name. */
export const CONTROLS = {
  start: control((client, id) => client.call('startBatch', { params: { id }, body: { commandId: newCommandId() } })),
  pause: control((client, id, { now }) =>
    client.call('pauseBatch', { params: { id }, body: { commandId: newCommandId(), now: now === true } }),
  ),
  resume: control((client, id) => client.call('resumeBatch', { params: { id }, body: { commandId: newCommandId() } })),
  cancel: control((client, id) => client.call('cancelBatch', { params: { id }, body: { commandId: newCommandId() } })),
  'skip-wait': control((client, id) =>
    client.call('skipWait', { params: { id }, body: { commandId: newCommandId() } }),
  ),
} as const;

/** What was answered, in a sentence. */
export function answerLines(answer: CommandAnswerView): string[] {
  const running = answer.running === null ? '' : ` Task ${answer.running} still runs.`;
  if (answer.message !== '') return [answer.message + (answer.message.includes(answer.running ?? '\0') ? '' : running)];
  return [`${answer.result}; the batch is ${answer.status}.${running}`];
}
