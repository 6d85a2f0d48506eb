/** The part of the host door that shows what an agent would be told. Free of zod. */
import type { SettingsOverrides, SettingSource } from './settings.ts';

/** Which prompt to make. */
export interface PreviewRequest {
  readonly projectPath: string;
  readonly requirementName: string;
  /** Instead of the one that the settings name; null: that one. */
  readonly template: string | null;
  readonly dashboard: SettingsOverrides;
}

/** The prompt of a first attempt, as it would be sent now. */
export interface PromptPreview {
  /** Masked. */
  readonly prompt: string;
  /** The template it was made of, masked. */
  readonly template: string;
  /** Where that comes from; `unsaved`: it was given with the request. */
  readonly source: SettingSource | 'unsaved';
  /** Paths of the project's context files, as they are in the checkout. */
  readonly contextFiles: readonly string[];
  /** What looks like a placeholder in the template and is none. */
  readonly unknownPlaceholders: readonly string[];
}

/** Part of the host door. */
export interface PreviewDoor {
  /**
   * The final prompt of a requirement as it lies in the checkout; changes nothing.
   * @throws AppError requirement_not_found, requirement_name_invalid, requirement_invalid, invalid_settings
   */
  previewPrompt(request: PreviewRequest): Promise<PromptPreview>;
}
