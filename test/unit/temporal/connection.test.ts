import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  askServerVersion,
  connectTemporal,
  embeddedTemporalConfig,
  externalTemporalConfig,
  hasExternalTemporal,
} from '../../../src/temporal/connection.ts';
import { connectWorker } from '../../../src/temporal/worker-connection.ts';
import {
  restartEmbeddedServer,
  startEmbeddedServer,
  stopEmbeddedServer,
} from '../../../src/temporal/embedded-server.ts';
import { makeScratch, makeServerOptions } from './support.ts';
import type { Scratch } from './support.ts';

describe('the configuration of the connection', () => {
  let scratch: Scratch;
  beforeEach(async () => {
    scratch = await makeScratch();
  });
  afterEach(() => scratch.remove());

  it('knows a server of the user from the environment', () => {
    expect(hasExternalTemporal({ raw: {} })).toBe(false);
    expect(hasExternalTemporal({ raw: { TEMPORAL_ADDRESS: '', TEMPORAL_NAMESPACE: 'n' } })).toBe(false);
    expect(hasExternalTemporal({ raw: { TEMPORAL_ADDRESS: 'cluster:7233' } })).toBe(true);
    expect(hasExternalTemporal({ raw: { TEMPORAL_PROFILE: 'work' } })).toBe(true);
  });

  it('takes TEMPORAL_* over the profile of the file, and nothing from elsewhere', async () => {
    const file = join(scratch.path, 'temporal.toml');
    await writeFile(file, '[profile.work]\naddress = "cluster:7233"\nnamespace = "team"\n');
    const raw = { TEMPORAL_CONFIG_FILE: file, TEMPORAL_PROFILE: 'work', TEMPORAL_NAMESPACE: 'mine' };
    expect(externalTemporalConfig({ raw })).toEqual({
      address: 'cluster:7233',
      namespace: 'mine',
      embedded: false,
      connectionOptions: { address: 'cluster:7233' },
    });
    const cloud = { HOME: scratch.path, TEMPORAL_ADDRESS: 'x.tmprl.cloud:7233', TEMPORAL_API_KEY: 'key' };
    expect(externalTemporalConfig({ raw: cloud }).connectionOptions).toMatchObject({ apiKey: 'key', tls: true });
  });

  it('says when the file is broken', async () => {
    const file = join(scratch.path, 'temporal.toml');
    await writeFile(file, 'not [toml');
    const read = () => externalTemporalConfig({ raw: { TEMPORAL_CONFIG_FILE: file } });
    expect(read).toThrowError(expect.objectContaining({ code: 'invalid_settings' }));
  });
});

describe('connections', () => {
  it('say within their time limit that no server answers', async () => {
    const config = embeddedTemporalConfig('127.0.0.1:1', { temporalNamespace: null });
    const temporal = connectTemporal(config);
    const unreachable = { code: 'temporal_unreachable' };
    const started = Date.now();
    await expect(askServerVersion(temporal.connection, 500)).rejects.toMatchObject(unreachable);
    expect(Date.now() - started).toBeLessThan(1_500);
    await temporal.close();
    await expect(connectWorker(config, 300)).rejects.toMatchObject(unreachable);
  });

  it('go on after the server was away', async () => {
    const options = await makeServerOptions();
    try {
      const { record } = await startEmbeddedServer(options);
      const temporal = connectTemporal(embeddedTemporalConfig(record.address, { temporalNamespace: 'other' }));
      expect(temporal.client.options.namespace).toBe('other');
      expect(await askServerVersion(temporal.connection, 5_000)).toBe(record.version);
      await stopEmbeddedServer(options.stateDirectory);
      const asked = askServerVersion(temporal.connection, 10_000);
      await restartEmbeddedServer(options, record);
      expect(await asked).toBe(record.version);
      await temporal.close();
    } finally {
      await options.remove();
    }
  });
});
