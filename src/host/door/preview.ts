/** What an agent would be told for a requirement: made as the first attempt's prompt is made, from the checkout. */
import type { PreviewRequest, PromptPreview } from '../../contracts/host-door-preview.ts';
import { createMasker, secretValues } from '../../platform/masking.ts';
import type { Masker } from '../../platform/masking.ts';
import { listContextFiles } from '../project/context-files.ts';
import { DEFAULT_TEMPLATE, executionPrompt, unknownPlaceholders } from '../project/prompt.ts';
import { resolveSettings } from '../project/settings.ts';
import { readRequirement } from '../requirements/read.ts';

/** @throws AppError as `PreviewDoor.previewPrompt` */
export async function previewPrompt(home: string, request: PreviewRequest, masker: Masker): Promise<PromptPreview> {
  const { projectPath, requirementName, dashboard } = request;
  const [{ settings, origins }, { text }, contextFiles] = await Promise.all([
    resolveSettings({ home, checkout: projectPath, dashboard, flags: {} }),
    readRequirement(projectPath, requirementName),
    listContextFiles(projectPath),
  ]);
  const template = request.template ?? settings.prompt;
  const prompt = executionPrompt({
    attempt: 1,
    requirementName,
    requirementText: text,
    template,
    verify: settings.verify.map((each) => each.command),
    contextFiles,
  });
  const own = createMasker(secretValues(settings.env));
  const masked = (plain: string): string => masker.maskText(own.maskText(plain));
  const source = origins.find((origin) => origin.key === 'prompt')?.source ?? 'built-in';
  return {
    prompt: masked(prompt),
    template: masked(template ?? DEFAULT_TEMPLATE),
    source: request.template === null ? source : 'unsaved',
    contextFiles,
    unknownPlaceholders: unknownPlaceholders(template ?? DEFAULT_TEMPLATE),
  };
}
