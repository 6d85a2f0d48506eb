/** A process that delivers webhooks: argv is the database file. Ends with its input. */
import { argv, stdin } from 'node:process';
import { deliverWebhooks } from '../../src/notify/deliver-webhooks.ts';
import { sendWebhook } from '../../src/notify/send-webhook.ts';
import { webhookSecret } from '../../src/notify/webhook-signature.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { silentLogger } from '../../src/platform/logger.ts';
import { openStore } from '../../src/store/open-store.ts';

const store = await openStore({ file: argv[2] ?? '' });
const ending = new AbortController();
stdin.on('end', () => ending.abort());
stdin.resume();
await deliverWebhooks(
  {
    queue: store.webhooks,
    onAppend: (listener) => store.events.onAppend(listener),
    secretOf: (id, number) => webhookSecret('installation', id, number),
    send: (message) => sendWebhook(message, { trusted: ['127.0.0.1'], version: '1.2.3' }),
    clock: systemClock,
    logger: silentLogger,
  },
  ending.signal,
);
await store.close();
