/** Settings of the installation itself that are changed while it runs. Part of the route table. */
import { z } from 'zod';
import { route } from './route.ts';

const days = z.int().min(1).max(3650);
const lanes = z.int().min(1).max(64);

/** How long is kept what nobody asked to keep. */
const RetentionSchema = z.strictObject({
  runsDays: days.default(30).describe('Runs and frozen texts of batches that are over'),
  inboxDays: days.default(30).describe('What was dismissed from the inbox'),
  auditDays: days.default(90).describe('The audit'),
});

/** What the database keeps; everything has a default. */
export const KeptSettingsSchema = z.object({
  retention: RetentionSchema.default(RetentionSchema.parse({})),
});

/** The settings as they are. */
export const InstallationSettingsSchema = z
  .object({
    lanes: lanes.nullable().describe('So many batches work at once; null: Temporal does not say'),
    background: lanes.nullable().describe('So many tasks by themselves work at once; null as for lanes'),
    retention: RetentionSchema,
  })
  .meta({ id: 'InstallationSettings' });

/** What is to be changed; absent: stays as it is. */
const ChangeSchema = z
  .strictObject({
    lanes: lanes.optional(),
    background: lanes.optional(),
    retention: z
      .strictObject({ runsDays: days.optional(), inboxDays: days.optional(), auditDays: days.optional() })
      .optional(),
  })
  .refine((change) => Object.keys(change).length > 0, { message: 'Give at least one setting' })
  .meta({ examples: [{ lanes: 6, retention: { runsDays: 14 } }] });

/** Rows of the route table. */
export const settingsRoutes = {
  installationSettings: route({
    method: 'GET',
    path: '/api/settings',
    summary: 'Settings of the installation; the answer has an ETag',
    tag: 'settings',
    answers: InstallationSettingsSchema,
  }),
  changeInstallationSettings: route({
    method: 'PATCH',
    path: '/api/settings',
    summary: 'Change some; with If-Match only if they are as that ETag says',
    tag: 'settings',
    body: ChangeSchema,
    answers: InstallationSettingsSchema,
  }),
} as const;

/** See {@link KeptSettingsSchema}. */
export type KeptSettings = z.output<typeof KeptSettingsSchema>;
/** See {@link InstallationSettingsSchema}. */
export type InstallationSettings = z.output<typeof InstallationSettingsSchema>;
/** A change of settings. */
export type SettingsChange = z.output<typeof ChangeSchema>;
