/** `docs/config.schema.json`: what editors complete and check in `nightloom.config.json` and `.yaml`. */
import { z } from 'zod';
import { SettingsFileSchema } from '../src/contracts/settings.ts';

/** The document, JSON Schema 2020-12. */
export function configSchemaDocument(): string {
  return `${JSON.stringify(z.toJSONSchema(SettingsFileSchema, { io: 'input' }), null, 2)}\n`;
}
