/** A setup file of Vitest: a failed test prints the evidence, while its pages and stacks are still there. */
import { afterEach } from 'vitest';
import { takeEvidence } from './evidence.ts';

afterEach(async ({ task }) => {
  if (task.result?.state !== 'fail') return;
  for (const text of await takeEvidence()) process.stderr.write(`\n[${task.name}]\n${text}\n`);
});
