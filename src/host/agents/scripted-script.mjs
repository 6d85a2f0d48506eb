/** The script language of the scripted agent: finding the block, cutting it into sections, choosing one. */

const FENCE = /^[ \t]*(`{3,}|~{3,})[ \t]*script[^\n]*\n([\s\S]*?)^[ \t]*\1[ \t]*$/m;
const SECTION = /^on\s+(attempt|fix)\s+(\d+)\s*:$/;
const MARKER = /<!--\s*nightloom:\s*(?:(attempt|fix)\s+(\d+)|(resume))\s*-->/g;
const DEFAULT_SECTION = 'default';

/** Text of the first fenced `script` block; null without one. */
export function scriptOf(prompt) {
  return FENCE.exec(prompt.replaceAll('\r\n', '\n'))?.[2] ?? null;
}

/** Section name -> lines; lines before the first `on ...:` are the section `default`. */
export function parseScript(script) {
  const sections = new Map([[DEFAULT_SECTION, []]]);
  let current = DEFAULT_SECTION;
  for (const raw of script.split('\n')) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const header = SECTION.exec(line);
    if (header === null) {
      sections.get(current).push(line);
      continue;
    }
    current = `${header[1]} ${Number(header[2])}`;
    if (!sections.has(current)) sections.set(current, []);
  }
  return sections;
}

/**
 * Which section a prompt asks for. The last marker in the prompt counts: the builder of the prompt writes it after the
 * requirement's own text. A prompt to resume, or one without a marker, goes on with the section that the session was in.
 */
export function chooseSection(sections, prompt, previous) {
  const marker = [...prompt.matchAll(MARKER)].at(-1);
  const isResume = marker === undefined || marker[3] === 'resume';
  if (isResume && previous !== null) return section(sections, previous);
  if (marker?.[1] === 'fix') return section(sections, `fix ${Number(marker[2])}`);
  const attempt = `attempt ${Number(marker?.[2] ?? 1)}`;
  return section(sections, sections.has(attempt) ? attempt : DEFAULT_SECTION);
}

function section(sections, name) {
  return { name, lines: sections.get(name) ?? [] };
}
