import { randomBytes } from 'node:crypto';
import { temporal as proto } from '@temporalio/proto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asId } from '../../../src/contracts/ids.ts';
import { SEARCH_ATTRIBUTES } from '../../../src/contracts/names.ts';
import { connectTemporal, embeddedTemporalConfig } from '../../../src/temporal/connection.ts';
import type { TemporalClient } from '../../../src/temporal/connection.ts';
import { startEmbeddedServer } from '../../../src/temporal/embedded-server.ts';
import { markInstallation, prepareNamespace, readInstallation, RETENTION_MS } from '../../../src/temporal/namespace.ts';
import { makeServerOptions } from './support.ts';

describe('preparing a namespace', () => {
  let options: Awaited<ReturnType<typeof makeServerOptions>>;
  let temporal: TemporalClient;
  beforeAll(async () => {
    options = await makeServerOptions();
    const { record } = await startEmbeddedServer(options);
    temporal = connectTemporal(embeddedTemporalConfig(record.address, { temporalNamespace: null }));
  });
  afterAll(async () => {
    await temporal.close();
    await options.remove();
  });

  const target = (namespace = 'default', embedded = true) => ({ connection: temporal.connection, namespace, embedded });

  it('registers the search attributes and raises the retention, once', async () => {
    const names = Object.keys(SEARCH_ATTRIBUTES);
    const first = await prepareNamespace(target());
    expect(first).toEqual({ created: false, retentionMs: RETENTION_MS, added: names });
    const { customAttributes } = await temporal.connection.operatorService.listSearchAttributes({
      namespace: 'default',
    });
    for (const name of names) {
      expect(customAttributes[name]).toBe(proto.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD);
    }
    expect(await prepareNamespace(target())).toEqual({ created: false, retentionMs: RETENTION_MS, added: [] });
  });

  it('makes a missing namespace on the embedded server, usable at once', async () => {
    const namespace = `n-${randomBytes(4).toString('hex')}`;
    expect(await prepareNamespace(target(namespace))).toMatchObject({ created: true, retentionMs: RETENTION_MS });
    const count = await temporal.client.workflowService.countWorkflowExecutions({ namespace, query: '' });
    expect(count.count.toNumber()).toBe(0);
    expect(await prepareNamespace(target(namespace))).toMatchObject({ created: false, added: [] });
  });

  it('refuses a missing namespace on a server of the user', async () => {
    const preparing = prepareNamespace(target('nowhere', false));
    await expect(preparing).rejects.toMatchObject({
      code: 'temporal_setup_refused',
      details: { namespace: 'nowhere' },
    });
  });

  it('refuses an attribute of another type', async () => {
    const namespace = `n-${randomBytes(4).toString('hex')}`;
    const { operatorService } = temporal.connection;
    await prepareNamespace(target(namespace));
    await operatorService.removeSearchAttributes({ namespace, searchAttributes: ['NightloomPhase'] });
    await operatorService.addSearchAttributes({
      namespace,
      searchAttributes: { NightloomPhase: proto.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_INT },
    });
    await expect(prepareNamespace(target(namespace))).rejects.toMatchObject({
      code: 'temporal_setup_refused',
      details: { searchAttribute: 'NightloomPhase', wanted: 'KEYWORD' },
    });
  });

  it('knows an installation after it was marked, beside others', async () => {
    const mine = asId('installation', 'i_mine000000');
    const other = asId('installation', 'i_other00000');
    expect(await readInstallation(target(), mine)).toEqual({ present: false, token: null, others: [] });
    await markInstallation(target(), other);
    expect(await readInstallation(target(), mine)).toEqual({ present: false, token: null, others: [other] });
    await markInstallation(target(), mine, 'first');
    await markInstallation(target(), mine, 'second');
    expect(await readInstallation(target(), mine)).toEqual({ present: true, token: 'second', others: [other] });
  });
});
