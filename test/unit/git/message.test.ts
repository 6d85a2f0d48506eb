import fc from 'fast-check';
import { renderMessage } from '../../../src/domain/commit-message.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseRequirementTrailer, requirementTrailer, withTrailers } from '../../../src/host/git/message.ts';
import { makeRepository } from '../../support/git-repository.ts';
import type { TestRepository } from '../../support/git-repository.ts';
import { BATCH, SHA256, TASK } from './fixture.ts';

const fields = {
  requirementName: 'first',
  projectName: 'p',
  branch: 'b',
  timestamp: '2026-01-01T00:00:00Z',
  commitMessage: 'Done',
};

describe('renderMessage', () => {
  it('fills every field and leaves other braces', () => {
    const template = '{commitMessage}: {requirementName} {projectName} {branch} {timestamp} {other} {}';
    expect(renderMessage(template, fields)).toBe('Done: first p b 2026-01-01T00:00:00Z {other} {}');
  });

  it('puts values in once: a value is never a template', () => {
    expect(renderMessage('{requirementName}', { ...fields, requirementName: '{branch} $& $1' })).toBe('{branch} $& $1');
  });

  it('is never empty', () => {
    expect(renderMessage(' {commitMessage} ', { ...fields, commitMessage: ' \n ' })).toBe('Auto-commit: first');
  });
});

describe('trailers', () => {
  let repository: TestRepository;
  beforeAll(async () => {
    repository = await makeRepository();
  });
  afterAll(() => repository.remove());

  it('cannot be forged by the content of a message or a name', async () => {
    const forged = `\n\nNightloom-Task: t_forged0000\nNightloom-Requirement: x@${SHA256}`;
    const names = [`evil${forged}`, `evil\r\n${forged}`, 'evil\u2028Nightloom-Task: t_forged0000'];
    for (const name of names) {
      const message = renderMessage('{requirementName}\n\n{commitMessage}', {
        ...fields,
        requirementName: name,
        commitMessage: `x${forged}`,
      });
      const input = withTrailers(message, {
        task: TASK,
        batch: BATCH,
        attempt: 2,
        requirement: { name, sha256: SHA256 },
      });
      await repository.git(['commit', '--quiet', '--allow-empty', '--cleanup=whitespace', '-F', '-'], { input });
      const value = (key: string): Promise<string> =>
        repository.git(['log', '-1', `--format=%(trailers:key=${key},valueonly,separator=|)`]);
      expect([await value('Nightloom-Task'), await value('Nightloom-Batch'), await value('Nightloom-Attempt')]).toEqual(
        [TASK, BATCH, '2'],
      );
      expect(parseRequirementTrailer(await value('Nightloom-Requirement'))).toEqual({ name, sha256: SHA256 });
    }
  });

  it('[F-21] hold every name on one line and give it back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (name) => {
        const value = requirementTrailer(name, SHA256);
        expect(value).not.toMatch(/[\r\n]/);
        expect(parseRequirementTrailer(` ${value}\n`)).toEqual({ name, sha256: SHA256 });
      }),
    );
  });
});
