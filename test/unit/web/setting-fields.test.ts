/** Settings in a form: what is not set here stays unset, and what the form does not know stays as it is. */
import { expect, it } from 'vitest';
import { SettingsOverridesSchema } from '../../../src/contracts/settings.ts';
import { SETTING_GROUPS, toForm, valueAt, withoutValue, withValue } from '../../../web/src/model/setting-fields.ts';
import type { SettingField } from '../../../web/src/model/setting-fields.ts';

function field(key: string): SettingField {
  const found = SETTING_GROUPS.flatMap(({ fields }) => fields).find((each) => each.key === key);
  if (found === undefined) throw new Error(`No field ${key}.`);
  return found;
}

it('puts values where settings have them, and takes them back without a trace', () => {
  const before = SettingsOverridesSchema.parse({ git: { hooks: false }, env: { CI: '1' } });
  const set = withValue(before, field('git.message'), 'x: {requirementName}');
  expect(set).toEqual({ git: { hooks: false, message: 'x: {requirementName}' }, env: { CI: '1' } });
  expect(withoutValue(set, field('git.message'))).toEqual(before);
  expect(withoutValue(before, field('git.hooks'))).toEqual({ env: { CI: '1' } });
  expect(withValue({}, field('attempts'), '3')).toEqual({ attempts: 3 });
  expect(withValue({ attempts: 3 }, field('attempts'), '')).toEqual({});
});

it('keeps the time-out of a command that was there', () => {
  const before = SettingsOverridesSchema.parse({ verify: [{ command: 'npm test', timeout: '2m' }, 'npm run lint'] });
  const shown = toForm(field('verify'), valueAt(before, 'verify'));
  expect(shown).toBe('npm test\nnpm run lint');
  const after = withValue(before, field('verify'), 'npm test\n\n  npm run types  \n');
  expect(after).toEqual({ verify: [{ command: 'npm test', timeout: '2m' }, 'npm run types'] });
  expect(SettingsOverridesSchema.parse(after)).toEqual(after);
});

it('edits only settings that there are', () => {
  const sample: Readonly<Record<string, unknown>> = { switch: true, text: '2h', code: 'x', lines: 'a', number: '1' };
  for (const { fields } of SETTING_GROUPS) {
    for (const each of fields) {
      const value = typeof each.input === 'string' ? sample[each.input] : each.input[0];
      const set = withValue({}, each, typeof value === 'boolean' ? value : String(value));
      expect([each.key, SettingsOverridesSchema.safeParse(set).success]).toEqual([each.key, true]);
    }
  }
});
