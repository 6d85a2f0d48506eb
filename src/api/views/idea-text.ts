/** What an idea is as a requirement: the file's name and text. Pure. */
import type { IdeaRow } from '../../store/idea-store.ts';

const MAX_NAME = 80;

/** File name made of the title: lower-case letters, digits and hyphens; of the id where the title has none of them. */
export function requirementNameFor({ id, title }: Pick<IdeaRow, 'id' | 'title'>): string {
  const name = title
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/\p{M}+/gu, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, MAX_NAME)
    .replaceAll(/-+$/g, '');
  return name === '' ? `idea-${id.slice(2)}` : name;
}

/** Title as the heading, then the text; a text that begins with a heading of its own is taken as it is. */
export function ideaText({ title, text }: Pick<IdeaRow, 'title' | 'text'>): string {
  const body = text.trim();
  if (/^#\s/.test(body)) return `${body}\n`;
  return body === '' ? `# ${title}\n` : `# ${title}\n\n${body}\n`;
}
