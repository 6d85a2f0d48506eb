/**
 * Secrets and signatures of webhooks, as Standard Webhooks 1.0 has them (https://www.standardwebhooks.com): receivers can
 * check them with its libraries.
 */
import { createHmac } from 'node:crypto';
import type { WebhookId } from '../contracts/ids.ts';

/**
 * The secret of a webhook: derived from the installation's, so that the database holds none.
 * @param number rises when the user wants a new one
 */
export function webhookSecret(installationSecret: string, webhook: WebhookId, number: number): string {
  return `whsec_${createHmac('sha256', installationSecret).update(`webhook\n${webhook}\n${number}`).digest('base64')}`;
}

/**
 * Header `webhook-signature` of a message.
 * @param secret `whsec_` and base64
 * @param id header `webhook-id`
 * @param atSeconds header `webhook-timestamp`, since 1970
 */
export function signatureOf(secret: string, id: string, atSeconds: number, body: string): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${atSeconds}.${body}`).digest('base64')}`;
}
