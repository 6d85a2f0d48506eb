/** `nightloom batch start|pause|resume|cancel|skip-wait` */
import { isErrorCode } from '../../contracts/error-catalogue.ts';
import { AppError } from '../../contracts/errors.ts';
import type { ManyAnswers } from '../../contracts/lifecycle-routes.ts';
import type { CommandAnswerView } from '../../contracts/views.ts';
import { connect } from '../connect.ts';
import type { CliContext, Handler } from '../context.ts';
import { EXIT_USAGE, exitCodeOf } from '../exit-codes.ts';
import { newCommandId, operand, outputOptions, printEither } from '../output.ts';
import type { Client } from '../../client/client.ts';
import { manyLines } from '../render/lanes.ts';
import { resolveBatch } from '../resolve.ts';

interface ControlFlags {
  readonly now?: boolean;
  readonly all?: boolean;
  readonly json?: boolean;
}

type Send = (client: Client, id: string, flags: ControlFlags) => Promise<CommandAnswerView>;

/** What `--all` sends, and what is said when there is no such batch. */
interface ToAll {
  readonly send: (client: Client, flags: ControlFlags) => Promise<ManyAnswers>;
  readonly none: string;
}

function control(send: Send, toAll?: ToAll): Handler<ControlFlags> {
  return async (context, flags, args) => {
    if ((args.length === 0) !== (flags.all === true)) {
      context.note('Name one batch, or give --all.\nNext: nightloom batch --help');
      return EXIT_USAGE;
    }
    const { client } = await connect(context);
    if (flags.all === true && toAll !== undefined) return sendToAll(context, client, flags, toAll);
    const id = await resolveBatch(context, client, operand(args, 0));
    const answer = await send(client, id, flags);
    printEither(context, flags.json, answer, () => answerLines(answer));
    return 0;
  };
}

/** Exit 0, or the code of the first batch that refused. */
async function sendToAll(context: CliContext, client: Client, flags: ControlFlags, toAll: ToAll): Promise<number> {
  const answers = await toAll.send(client, flags);
  printEither(context, flags.json, answers, () => manyLines(answers, toAll.none, outputOptions(context)));
  const refused = answers.items.find((item) => item.error !== null)?.error;
  if (refused == null) return 0;
  return exitCodeOf(new AppError(isErrorCode(refused.code) ? refused.code : 'internal', refused.message));
}

const pauseAll: ToAll = {
  send: (client, { now }) => client.call('pauseAll', { body: { commandId: newCommandId(), now: now === true } }),
  none: 'No batch is running.',
};
const resumeAll: ToAll = {
  send: (client) => client.call('resumeAll', { body: { commandId: newCommandId() } }),
  none: 'No batch is paused.',
};

/** The commands by name. */
export const CONTROLS = {
  start: control((client, id) => client.call('startBatch', { params: { id }, body: { commandId: newCommandId() } })),
  pause: control(
    (client, id, { now }) =>
      client.call('pauseBatch', { params: { id }, body: { commandId: newCommandId(), now: now === true } }),
    pauseAll,
  ),
  resume: control(
    (client, id) => client.call('resumeBatch', { params: { id }, body: { commandId: newCommandId() } }),
    resumeAll,
  ),
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
