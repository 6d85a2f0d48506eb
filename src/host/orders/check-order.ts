/** Decides whether a work order may start anything on this host. */
import { timingSafeEqual } from 'node:crypto';
import { AppError } from '../../contracts/errors.ts';
import { isId } from '../../contracts/ids.ts';
import type { HostId, InstallationId } from '../../contracts/ids.ts';
import type { OrderBody, WorkOrder } from '../../contracts/order.ts';
import { orderMac } from './order-mac.ts';

/** Bound of an order as JSON, in bytes. */
export const ORDER_MAX_BYTES = 32 * 1024;

/** Who checks, and when. */
export interface OrderCheck {
  /** The installation's secret. */
  readonly secret: string;
  readonly installation: InstallationId;
  readonly host: HostId;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

/**
 * Returns if the order was signed with our secret, for this installation and host, and is still in time. The
 * signature is compared before any field is believed; what names a path is checked once more after that.
 * @throws AppError order_refused with `details.reason`: size, form, signature, version, installation, host, expired
 */
export function checkOrder(order: WorkOrder, check: OrderCheck): void {
  checkSize(order);
  checkSignature(order, check.secret);
  checkBinding(order, check);
  checkForm(order);
}

function checkSize(order: unknown): void {
  let bytes: number;
  try {
    bytes = Buffer.byteLength(JSON.stringify(order) ?? '', 'utf8');
  } catch (error) {
    throw refused('form', 'The work order is no JSON.', {}, error);
  }
  if (bytes === 0) throw refused('form', 'The work order is empty.');
  if (bytes > ORDER_MAX_BYTES) {
    throw refused('size', `The work order has ${bytes} bytes; at most ${ORDER_MAX_BYTES} are allowed.`, { bytes });
  }
}

function checkSignature(order: WorkOrder, secret: string): void {
  if (typeof order !== 'object' || order === null || Array.isArray(order)) {
    throw refused('form', 'The work order is no object.');
  }
  if (secret === '') throw refused('signature', 'This host has no secret to check work orders with.');
  const given: unknown = order.mac;
  if (typeof given !== 'string' || !/^[0-9a-f]{64}$/.test(given)) {
    throw refused('signature', 'The work order is not signed.');
  }
  const wanted = Buffer.from(orderMac(order, secret), 'hex');
  if (!timingSafeEqual(wanted, Buffer.from(given, 'hex'))) {
    throw refused('signature', "The work order was not signed with this installation's secret, or was changed.");
  }
}

function checkBinding(order: OrderBody, { installation, host, nowMs }: OrderCheck): void {
  const version: unknown = order.v;
  if (version !== 1) throw refused('version', `The work order has version ${String(version)}; this host knows 1.`);
  if (order.installation !== installation) {
    throw refused('installation', `The work order is for installation ${order.installation}, not ${installation}.`);
  }
  if (order.host !== host) throw refused('host', `The work order is for host ${order.host}, not ${host}.`);
  const notAfterMs = Date.parse(order.notAfter);
  if (Number.isNaN(notAfterMs)) throw refused('form', 'The work order says no valid time.');
  if (nowMs > notAfterMs) {
    throw refused('expired', `The work order was good until ${order.notAfter}.`, { notAfter: order.notAfter });
  }
}

function checkForm(order: OrderBody): void {
  const sound =
    isId('batch', order.batch) &&
    isId('task', order.task) &&
    isId('project', order.project) &&
    Number.isSafeInteger(order.attempt) &&
    order.attempt >= 1 &&
    Number.isSafeInteger(order.epoch) &&
    /^[0-9a-f]{64}$/.test(order.input.sha256);
  if (!sound) throw refused('form', 'The work order has a malformed id, number or hash.');
}

function refused(reason: string, message: string, details: Record<string, unknown> = {}, cause?: unknown): AppError {
  return new AppError('order_refused', message, { details: { reason, ...details }, cause });
}
