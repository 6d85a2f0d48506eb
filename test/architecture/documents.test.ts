/** Documents agree with the code and with each other. */
import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { execPath } from 'node:process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ROOT, sources } from './sources.ts';

const run = promisify(execFile);
const LINK = /\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)/g;

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

describe('the documents', () => {
  it('that are generated are current', async () => {
    const { stdout } = await run(execPath, ['scripts/docs.ts', '--check'], { cwd: ROOT });
    expect(stdout).toBe('4 generated documents are current.\n');
  });

  it('link only to files that exist', async () => {
    const pages = await sources('{*.md,docs/**/*.md,src/**/*.md,test/**/*.md}');
    const links = pages.flatMap(({ path, text }) =>
      [...text.replaceAll(/```[\s\S]*?```/g, '').matchAll(LINK)].map(([, link = '']) => ({ path, link })),
    );
    const verdicts = await Promise.all(
      links.map(async ({ path, link }) =>
        (await exists(resolve(ROOT, dirname(path), link))) ? [] : [`${path}: ${link}`],
      ),
    );
    expect(verdicts.flat()).toEqual([]);
  });
});
