/** What an agent would be told, before anybody tells it. */
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HostDoor } from '../../../src/contracts/host-door.ts';
import type { PromptPreview } from '../../../src/contracts/host-door-preview.ts';
import type { SettingsOverrides } from '../../../src/contracts/settings.ts';
import { createHostDoor } from '../../../src/host/door/host-door.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { createMasker } from '../../../src/platform/masking.ts';
import { ensureStateDirectory } from '../../../src/platform/paths.ts';
import { makeRepository } from '../../support/git-repository.ts';
import type { TestRepository } from '../../support/git-repository.ts';

const SECRET = 'correct-horse-battery-staple';

let repository: TestRepository;
let door: HostDoor;
beforeEach(async () => {
  repository = await makeRepository({
    '.claude/commands/login.md': `# Login\nWith ${SECRET}.\n`,
    'contexts/session/.context': 'Sessions.\n',
    'nightloom.config.json': '{"verify": ["npm test"]}',
  });
  const paths = await ensureStateDirectory(join(repository.root, 'state'));
  const environment = { raw: { PATH: '/usr/bin:/bin', HOME: repository.root } };
  door = createHostDoor({ paths, environment, clock: systemClock, masker: createMasker([SECRET]) });
});
afterEach(() => repository.remove());

const preview = (template: string | null = null, dashboard: SettingsOverrides = {}): Promise<PromptPreview> =>
  door.previewPrompt({ projectPath: repository.directory, requirementName: 'login', template, dashboard });

describe('a prompt preview', () => {
  it('is the prompt of the first attempt: requirement, context files, rules and checks, without secrets', async () => {
    const { prompt, source, contextFiles, template } = await preview();
    expect(prompt).toMatch(/^<!-- nightloom: attempt 1 -->\n/);
    expect(prompt).toContain('# Login\nWith ****');
    expect(prompt).not.toContain(SECRET);
    expect(prompt).toContain('"contexts/session/.context"');
    expect(prompt).toContain('"npm test"');
    expect([source, contextFiles]).toEqual(['built-in', ['contexts/session/.context']]);
    expect(template).toContain('{requirement}');
  });

  it('takes the template of the settings, or one that is not saved, and names what is no placeholder', async () => {
    const saved = await preview(null, { prompt: 'Saved {requirementName}.' });
    expect(saved).toMatchObject({ source: 'dashboard', prompt: expect.stringContaining('Saved "login".') });
    const tried = await preview('Try {requirement} {nonsense} {nonsense} {a b}', { prompt: 'Saved.' });
    expect(tried).toMatchObject({ source: 'unsaved', unknownPlaceholders: ['{nonsense}'] });
    expect(tried.prompt).toContain('Try');
    expect(tried.prompt).not.toContain('Saved');
    // Rules are never left out.
    expect(tried.prompt).toContain('Do not commit');
  });

  it('is refused for a requirement that is not there', async () => {
    const request = { projectPath: repository.directory, requirementName: 'none', template: null, dashboard: {} };
    await expect(door.previewPrompt(request)).rejects.toMatchObject({ code: 'requirement_not_found' });
  });
});
