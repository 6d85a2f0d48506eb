/** Settings of a project that are kept in the dashboard: they win over its file. */
import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import type { SettingsOverrides } from '../../../../src/contracts/settings.ts';
import type { ProjectView } from '../../../../src/contracts/views.ts';
import { useSaveSettings } from '../../data/projects.ts';
import { configurationQuery } from '../../data/queries.ts';
import { SETTING_GROUPS, valueAt, withoutValue, withValue } from '../../model/setting-fields.ts';
import type { FormValue, SettingField } from '../../model/setting-fields.ts';
import { Button } from '../../ui/button.tsx';
import { MessagePreview } from './message-preview.tsx';
import { SettingEditor } from './setting-editor.tsx';

/** See above. Nothing is kept before it is saved. */
export function SettingsForm({ project }: { readonly project: ProjectView }) {
  const [draft, setDraft] = useState<SettingsOverrides>(project.settings);
  const { data: configuration } = useQuery(configurationQuery(project.id));
  const { isSaving, mistakes, save } = useSaveSettings(project);
  const isChanged = JSON.stringify(draft) !== JSON.stringify(project.settings);
  const change = (field: SettingField, value: FormValue | undefined): void => {
    setDraft(value === undefined ? withoutValue(draft, field) : withValue(draft, field, value));
  };
  const message =
    valueAt(draft, 'git.message') ?? configuration?.origins.find(({ key }) => key === 'git.message')?.value;
  return (
    <form
      className="stack"
      aria-label="Settings"
      onSubmit={(event) => {
        event.preventDefault();
        save(draft, () => undefined);
      }}
    >
      <div className="setting-groups">
        {SETTING_GROUPS.map((group) => (
          <section key={group.title} className="card setting-group" aria-label={group.title}>
            <h2>{group.title}</h2>
            {group.fields.map((field) => (
              <SettingEditor
                key={field.key}
                field={field}
                own={valueAt(draft, field.key)}
                origin={configuration?.origins.find(({ key }) => key === field.key)}
                mistake={mistakes.get(field.key) ?? null}
                onChange={(value) => change(field, value)}
              />
            ))}
            {group.title === 'Git' && typeof message === 'string' && (
              <MessagePreview template={message} project={project} />
            )}
          </section>
        ))}
      </div>
      {isChanged && (
        <div className="chosen-bar" role="group" aria-label="Unsaved settings">
          <strong role="status">Not saved yet</strong>
          <div className="row">
            <Button kind="quiet" onPress={() => setDraft(project.settings)}>
              Discard
            </Button>
            <Button kind="primary" type="submit" isPending={isSaving}>
              Save the settings
            </Button>
          </div>
        </div>
      )}
    </form>
  );
}
