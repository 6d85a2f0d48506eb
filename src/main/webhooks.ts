/** Binds webhooks: who sends, with which secrets, to whom. */
import type { WebhookSender } from '../api/deps.ts';
import { deliverWebhooks, messageOf } from '../notify/deliver-webhooks.ts';
import { sendWebhook } from '../notify/send-webhook.ts';
import { webhookSecret } from '../notify/webhook-signature.ts';
import { checkTarget } from '../notify/webhook-target.ts';
import type { Clock } from '../platform/clock.ts';
import type { Environment } from '../platform/environment.ts';
import type { Logger } from '../platform/logger.ts';
import type { Store } from '../store/store.ts';
import { packageVersion } from './version.ts';

/** What both need. */
export interface WebhookParts {
  /** Of the installation: webhooks' secrets are made of it. */
  readonly secret: string;
  readonly environment: Pick<Environment, 'webhookHosts'>;
  readonly clock: Clock;
}

/** What the API asks of webhooks. */
export function webhookSender({ secret, environment, clock }: WebhookParts): WebhookSender {
  const options = { trusted: environment.webhookHosts, version: packageVersion() };
  const secretOf: WebhookSender['secretOf'] = (id, number) => webhookSecret(secret, id, number);
  return {
    secretOf,
    checkTarget: (url) => void checkTarget(url, environment.webhookHosts),
    send: async ({ id, url, secretNumber }, event) => {
      const message = { url, secret: secretOf(id, secretNumber), ...messageOf(id, event), nowMs: clock.now() };
      const result = await sendWebhook(message, options);
      const problem = result.status === 'delivered' ? null : result.problem;
      return { responseCode: result.responseCode, problem };
    },
  };
}

/** Delivers in this process until `signal` aborts; several processes may. */
export function keepDelivering(
  { secret, environment, clock, store, logger }: WebhookParts & { readonly store: Store; readonly logger: Logger },
  signal: AbortSignal,
): Promise<void> {
  const options = { trusted: environment.webhookHosts, version: packageVersion() };
  return deliverWebhooks(
    {
      queue: store.webhooks,
      onAppend: (listener) => store.events.onAppend(listener),
      secretOf: (id, number) => webhookSecret(secret, id, number),
      send: (message) => sendWebhook(message, options),
      clock,
      logger,
    },
    signal,
  );
}
