/** `nightloom webhook` */
import { EXIT_TASK_FAILED } from '../../contracts/error-catalogue.ts';
import type { DeliveryView, WebhookView } from '../../contracts/webhook-routes.ts';
import { connect } from '../connect.ts';
import type { CliContext, Handler } from '../context.ts';
import { operand, outputOptions, printEither } from '../output.ts';
import type { RenderOptions } from '../render/batch.ts';
import { columns, oneLine } from '../render/text.ts';
import { momentText } from '../render/time.ts';

interface Flags {
  readonly json?: boolean;
}

/** `webhook add <url> [--topic <topic>]` @throws AppError invalid_input, webhook_target_refused */
export const addWebhook: Handler<Flags & { readonly topic?: string[] }> = async (context, flags, args) => {
  const { client } = await connect(context);
  const body = { url: operand(args, 0), topics: flags.topic ?? [] };
  const made = await client.call('createWebhook', { body });
  printEither(context, flags.json, made, () => [`Added ${made.id}. Its secret, shown this once:`, made.secret]);
  if (flags.json !== true) context.note(`Next: nightloom webhook test ${made.id}`);
  return 0;
};

/** `webhook list` */
export const listWebhooks: Handler<Flags> = async (context, flags) => {
  const { client } = await connect(context);
  const { items } = await client.call('listWebhooks');
  printEither(context, flags.json, items, () =>
    items.length === 0 ? ['There are no webhooks.'] : columns(items.map(webhookRow)),
  );
  return 0;
};

/** `webhook remove <webhook>` @throws AppError webhook_not_found */
export const removeWebhook: Handler<Flags> = async (context, flags, args) => {
  const { client } = await connect(context);
  const answer = await client.call('removeWebhook', { params: { id: operand(args, 0) } });
  printEither(context, flags.json, answer, () => [`Removed ${answer.removed}.`]);
  return 0;
};

/** `webhook enable <webhook>` @throws AppError webhook_not_found */
export const enableWebhook: Handler<Flags> = (context, flags, args) => change(context, flags, args, { enabled: true });

/** `webhook disable <webhook>` @throws AppError webhook_not_found */
export const disableWebhook: Handler<Flags> = (context, flags, args) =>
  change(context, flags, args, { enabled: false });

/** `webhook secret <webhook>` @throws AppError webhook_not_found */
export const renewSecret: Handler<Flags> = async (context, flags, args) => {
  const { client } = await connect(context);
  const made = await client.call('renewWebhookSecret', { params: { id: operand(args, 0) } });
  printEither(context, flags.json, made, () => [`The new secret of ${made.id}, shown this once:`, made.secret]);
  return 0;
};

/** `webhook test <webhook>`: 1 if it was not delivered. @throws AppError webhook_not_found */
export const testWebhook: Handler<Flags> = async (context, flags, args) => {
  const { client } = await connect(context);
  const sent = await client.call('testWebhook', { params: { id: operand(args, 0) } });
  const { delivered, responseCode, problem, durationMs } = sent;
  printEither(context, flags.json, sent, () => [
    delivered
      ? `Delivered in ${durationMs} ms: answered ${responseCode}.`
      : `Not delivered: ${oneLine(problem ?? '')}.`,
  ]);
  return delivered ? 0 : EXIT_TASK_FAILED;
};

/** `webhook deliveries <webhook>` @throws AppError webhook_not_found, invalid_input */
export const listDeliveries: Handler<Flags & { readonly limit: string }> = async (context, flags, args) => {
  const { client } = await connect(context);
  const params = { id: operand(args, 0) };
  const { items } = await client.call('listDeliveries', { params, query: { limit: flags.limit } });
  printEither(context, flags.json, items, () => {
    if (items.length === 0) return ['Nothing was sent yet.'];
    return columns(items.map((item) => deliveryRow(item, outputOptions(context))));
  });
  return 0;
};

/** `webhook redeliver <webhook> <seq>` @throws AppError webhook_not_found, delivery_not_found */
export const redeliver: Handler<Flags> = async (context, flags, args) => {
  const { client } = await connect(context);
  const params = { id: operand(args, 0), seq: operand(args, 1) };
  const answer = await client.call('redeliver', { params, body: {} });
  printEither(context, flags.json, answer, () => [`Event ${answer.seq} is sent to ${answer.webhook} again.`]);
  return 0;
};

async function change(
  context: CliContext,
  flags: Flags,
  args: readonly string[],
  body: { readonly enabled: boolean },
): Promise<number> {
  const { client } = await connect(context);
  const answer = await client.call('changeWebhook', { params: { id: operand(args, 0) }, body });
  printEither(context, flags.json, answer, () => [`${answer.id} is ${answer.enabled ? 'on' : 'off'}.`]);
  return 0;
}

function webhookRow({ id, url, topics, enabled }: WebhookView): string[] {
  return [id, enabled ? 'on' : 'off', topics.length === 0 ? 'everything' : topics.join(','), oneLine(url)];
}

function deliveryRow(item: DeliveryView, { nowMs }: RenderOptions): string[] {
  const next = item.nextAt === null ? '' : `, next ${momentText(item.nextAt, { nowMs, seconds: true })}`;
  return [
    String(item.seq),
    momentText(item.createdAt, { nowMs }),
    item.type ?? '?',
    item.status,
    `${item.attempts}×`,
    oneLine(`${item.problem ?? ''}${next}`.replace(/^, /, '')),
  ];
}
