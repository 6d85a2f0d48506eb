/** What a failed test leaves to understand it by: what its pages showed and what its stacks printed.. */
import { afterEach } from 'vitest';

type Source = () => Promise<string>;

const LAST_CHARACTERS = 4000;
const sources = new Set<Source>();

/** Adds a source of evidence; returns what removes it. */
export function giveEvidence(source: Source): () => void {
  sources.add(source);
  return () => void sources.delete(source);
}

afterEach(async ({ task }) => {
  if (task.result?.state !== 'fail') return;
  for (const source of sources) {
    const text = await source().catch((error: unknown) => String(error));
    process.stderr.write(`\n[${task.name}]\n${text.slice(-LAST_CHARACTERS)}\n`);
  }
});
