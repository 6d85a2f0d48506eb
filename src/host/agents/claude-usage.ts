/** Counting Claude's tokens and dollars. */
import { numberAt, objectAt } from './json.ts';
import type { JsonObject } from './json.ts';

const PARTS = ['input_tokens', 'cache_creation_input_tokens', 'cache_read_input_tokens', 'output_tokens'] as const;

/** Input, cached input and output of a `usage` object; 0 without one. */
export function countTokens(usage: JsonObject | null): number {
  return PARTS.reduce((sum, part) => sum + (numberAt(usage, part) ?? 0), 0);
}

const MODEL_PARTS = ['inputTokens', 'cacheCreationInputTokens', 'cacheReadInputTokens', 'outputTokens'] as const;

/**
 * Tokens between the result before (of the same process) and this one. `usage` counts the main conversation only; the
 * figures per model, where the version has them, count subagents too.
 */
export function countResultTokens(result: JsonObject): number {
  const models = objectAt(result, 'model_usage_since_last_result');
  if (models === null) return countTokens(objectAt(result, 'usage'));
  return Object.keys(models)
    .flatMap((model) => MODEL_PARTS.map((part) => numberAt(objectAt(models, model), part) ?? 0))
    .reduce((sum, tokens) => sum + tokens, 0);
}

/** US dollars between the result before (of the same process) and this one; null when the version does not tell. */
export function resultCostUsd(result: JsonObject): number | null {
  const models = objectAt(result, 'model_usage_since_last_result');
  if (models === null) return null;
  return Object.keys(models).reduce((sum, model) => sum + (numberAt(objectAt(models, model), 'costUSD') ?? 0), 0);
}
