/** The signature under a work order. */
import { createHmac } from 'node:crypto';
import { canonicalOrder } from '../../contracts/order.ts';
import type { OrderBody } from '../../contracts/order.ts';

/** HMAC-SHA256 (64 hex digits) of the order's canonical bytes with the installation's secret. */
export function orderMac(body: OrderBody, secret: string): string {
  return createHmac('sha256', secret).update(canonicalOrder(body), 'utf8').digest('hex');
}
