/** What the Temporal tests share: temporary folders, options for a server of their own. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readEnvironment } from '../../../src/platform/environment.ts';
import { silentLogger } from '../../../src/platform/logger.ts';
import { sharedCacheDirectory } from '../../../src/temporal/binary.ts';
import { stopEmbeddedServer } from '../../../src/temporal/embedded-server.ts';
import type { EmbeddedServerOptions } from '../../../src/temporal/embedded-server.ts';
import { choosePort } from '../../../src/temporal/ports.ts';

/** A temporary folder and what removes it. */
export interface Scratch {
  readonly path: string;
  remove(): Promise<void>;
}

export async function makeScratch(root = tmpdir()): Promise<Scratch> {
  const path = await mkdtemp(join(root, 'nightloom-temporal-test-'));
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) };
}

/** Options of an embedded server in a state directory of its own, with free ports as its wishes. */
export async function makeServerOptions(): Promise<EmbeddedServerOptions & { remove(): Promise<void> }> {
  const scratch = await makeScratch();
  const environment = readEnvironment();
  const preferredPort = await choosePort([]);
  return {
    stateDirectory: scratch.path,
    cacheDirectory: sharedCacheDirectory(environment),
    environment,
    preferredPort,
    preferredUiPort: await choosePort([], [preferredPort]),
    logger: silentLogger,
    remove: async () => {
      await stopEmbeddedServer(scratch.path);
      await scratch.remove();
    },
  };
}

/** Waits until `condition` holds; the test's own time limit ends it otherwise. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(20);
}

/** An executable `#!/bin/sh` script. */
export async function writeScript(file: string, body: string): Promise<void> {
  await writeFile(file, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
}

/** Body of a script that answers `--version` like the CLI does. */
export function versionAnswer(version: string, server: string): string {
  return `echo "temporal version ${version} (Server ${server}, UI 2.0.0)"`;
}
