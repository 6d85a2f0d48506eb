/** What helps to understand a failed test: what its pages showed and what its stacks printed. */

type Source = () => Promise<string>;

const LAST_CHARACTERS = 4000;
const sources = new Set<Source>();

/** Adds a source of evidence; returns what removes it. */
export function giveEvidence(source: Source): () => void {
  sources.add(source);
  return () => void sources.delete(source);
}

/** The end of what each source says now. */
export async function takeEvidence(): Promise<string[]> {
  const texts = await Promise.all([...sources].map((source) => source().catch((error: unknown) => String(error))));
  return texts.map((text) => text.slice(-LAST_CHARACTERS));
}
