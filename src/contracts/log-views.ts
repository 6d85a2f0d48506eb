/** Runs, their logs and their progress, as callers see them. Instants are RFC 3339. */
import { z } from 'zod';
import { PHASES } from './vocabulary.ts';

const nullableInstant = z.string().describe('RFC 3339').nullable();

/** What an agent is doing now. */
export const ProgressViewSchema = z
  .object({
    phase: z.enum(PHASES),
    step: z.string(),
    turns: z.number(),
    lastTool: z.string().nullable(),
    tokens: z.number().nullable(),
    costUsd: z.number().nullable(),
    logBytes: z.number(),
    lastOutputAt: nullableInstant,
    updatedAt: z.string().describe('RFC 3339'),
  })
  .meta({ id: 'Progress' });

/** One run that left a log. */
export const LogInfoSchema = z
  .object({
    attempt: z.int(),
    step: z.string(),
    startedAt: nullableInstant,
    endedAt: nullableInstant,
    exitCode: z.int().nullable(),
    stdoutBytes: z.number(),
    stderrBytes: z.number(),
  })
  .meta({ id: 'LogInfo' });

/** A range of a log, masked; offsets in bytes of the file. */
export const LogRangeSchema = z
  .object({ text: z.string(), offset: z.number(), nextOffset: z.number(), totalBytes: z.number(), ended: z.boolean() })
  .meta({ id: 'LogRange' });

/** See {@link LogInfoSchema}. */
export type LogInfoView = z.infer<typeof LogInfoSchema>;

/** See {@link LogRangeSchema}. */
export type LogRangeView = z.infer<typeof LogRangeSchema>;

/** See {@link ProgressViewSchema}. */
export type ProgressView = z.infer<typeof ProgressViewSchema>;
