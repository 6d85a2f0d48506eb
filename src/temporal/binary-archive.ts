/** Fetches the server program from Temporal's own download site, the way the SDK's test server does. */
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Environment } from '../platform/environment.ts';
import { exec, succeeded } from '../platform/exec.ts';
import type { Logger } from '../platform/logger.ts';
import { installBinary } from './binary-install.ts';
import type { ProbedBinary } from './binary-probe.ts';
import { PINNED_CLI_VERSION } from './pinned-version.ts';

/** The site answers or it does not: a network that blocks it must not cost the user time. */
const INFO_TIMEOUT_MS = 3_000;
const ARCHIVE_TIMEOUT_MS = 180_000;

/** Where to fetch from and where to. */
export interface ArchiveOptions {
  readonly origin: string;
  /** Cache folder of the version. */
  readonly folder: string;
  readonly environment: Pick<Environment, 'path' | 'raw'>;
  readonly logger: Logger;
}

/**
 * Asks `<origin>/cli/v<version>` for the archive of this platform, downloads and installs it. What protects the
 * content is TLS and the version that the program prints: the site publishes no checksums there.
 * @throws Error that says why not: unsupported platform, site out of reach, no `tar`, wrong version
 */
export async function downloadArchive(options: ArchiveOptions): Promise<ProbedBinary> {
  const info = await archiveInfo(options.origin);
  return installBinary(options.folder, options.environment, async (scratch) => {
    options.logger.info({ url: info.url }, 'fetching the Temporal server (40 MB)');
    const archive = join(scratch, 'archive.tar.gz');
    await download(info.url, archive);
    const env = { PATH: options.environment.path };
    const unpacked = await exec(['tar', '-xzf', archive, '-C', scratch, info.member], { cwd: scratch, env });
    if (!succeeded(unpacked))
      throw new Error(`tar could not unpack the archive: ${unpacked.stderr.trim().slice(0, 200)}`);
    return join(scratch, info.member);
  });
}

async function archiveInfo(origin: string): Promise<{ url: string; member: string }> {
  const query = new URLSearchParams({ arch: architecture(), platform: platform(), format: 'tar.gz' });
  const url = `${origin}/cli/v${PINNED_CLI_VERSION}?${query.toString()}`;
  const response = await request(url, INFO_TIMEOUT_MS);
  const info: unknown = await response.json();
  if (typeof info !== 'object' || info === null) throw new Error('the site gave no description of the archive');
  if (!('archiveUrl' in info) || typeof info.archiveUrl !== 'string') throw new Error('the site named no archive');
  if (new URL(info.archiveUrl).protocol !== new URL(origin).protocol) throw new Error('the archive is not on https');
  return { url: info.archiveUrl, member: 'temporal' };
}

async function download(url: string, target: string): Promise<void> {
  const response = await request(url, ARCHIVE_TIMEOUT_MS);
  if (response.body === null) throw new Error('the site sent an empty archive');
  await pipeline(Readable.fromWeb(response.body), createWriteStream(target, { flags: 'wx', mode: 0o600 }));
}

async function request(url: string, timeoutMs: number): Promise<Response> {
  const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) }).catch((error: unknown) => {
    throw new Error(`out of reach (${reason(error)})`, { cause: error });
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response;
}

/** fetch hides what happened in the cause. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

function architecture(): string {
  if (process.arch === 'x64') return 'amd64';
  if (process.arch === 'arm64') return 'arm64';
  throw new Error(`there is no server for ${process.arch}`);
}

function platform(): string {
  if (process.platform === 'linux' || process.platform === 'darwin') return process.platform;
  throw new Error(`there is no server for ${process.platform}`);
}
