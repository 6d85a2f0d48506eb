/**
 * Markdown of people and agents as a page shows it: sanitised, without images, markup as the text that it is, links only
 * to the web and with the host that they lead to. A chunk of its own: load it lazily.
 */
import { Component, memo } from 'react';
import type { ReactNode } from 'react';
import ReactMarkdown, { defaultUrlTransform } from 'react-markdown';
import type { Components, Options } from 'react-markdown';
import rehypeSanitize, { defaultSchema } from 'rehype-sanitize';
import remarkGfm from 'remark-gfm';
import '../styles/markdown.css';

/** Longer texts are cut: a page with more elements would not answer while one types. */
const MAX_CHARACTERS = 30_000;
/** Quotes and lists in one another, more often than anybody writes: such a text is shown as it is. */
const MAX_NESTING = 12;
const NESTED = new RegExp(String.raw`^(?:[ \t]*(?:>|[-*+]|\d{1,9}[.)])){${MAX_NESTING}}`, 'm');
/** So many marks make parsers of Markdown slow, because each may belong to each. */
const MAX_MARKS = 1000;

/** True for a text that would stop the page for seconds. */
function isHeavy(text: string): boolean {
  return NESTED.test(text) || [/[*_~]/g, /\[/g, /`/g].some((mark) => (text.match(mark)?.length ?? 0) > MAX_MARKS);
}

/** A node of the tree, as far as it matters here. */
interface TreeNode {
  type: string;
  tagName?: string;
  value?: string;
  properties?: Record<string, unknown>;
  children?: TreeNode[];
}

/** Markup becomes text, images become their description, before anything is left out. */
function textInsteadOfMarkup() {
  return (tree: TreeNode): void => plain(tree);
}

function plain(node: TreeNode): void {
  for (const child of node.children ?? []) {
    if (child.type === 'raw') child.type = 'text';
    if (child.tagName === 'img') {
      const { alt } = child.properties ?? {};
      Object.assign(child, {
        type: 'text',
        value: `[image: ${typeof alt === 'string' && alt !== '' ? alt : 'no description'}]`,
      });
    } else plain(child);
  }
}

const PLUGINS: Required<Pick<Options, 'remarkPlugins' | 'rehypePlugins'>> = {
  remarkPlugins: [[remarkGfm, { singleTilde: false }]],
  rehypePlugins: [
    textInsteadOfMarkup,
    [rehypeSanitize, { ...defaultSchema, protocols: { href: ['http', 'https', 'mailto'] } }],
  ],
};

/** Below the heading of the dialog or section that shows it. */
const COMPONENTS: Components = {
  h1: ({ children }) => <h3 className="md-1">{children}</h3>,
  h2: ({ children }) => <h4 className="md-2">{children}</h4>,
  h3: ({ children }) => <h5 className="md-3">{children}</h5>,
  h4: ({ children }) => <h6 className="md-3">{children}</h6>,
  h5: ({ children }) => <h6 className="md-3">{children}</h6>,
  h6: ({ children }) => <h6 className="md-3">{children}</h6>,
  a: ({ href = '', children }) => <MarkdownLink href={href}>{children}</MarkdownLink>,
  input: ({ checked }) => (
    <span
      role="img"
      aria-label={checked === true ? 'done' : 'open'}
      className={checked === true ? 'md-box md-box-done' : 'md-box'}
    />
  ),
  pre: ({ children }) => <pre tabIndex={0}>{children}</pre>,
  table: ({ children }) => (
    <div className="md-table" tabIndex={0} role="group" aria-label="Table">
      <table>{children}</table>
    </div>
  ),
};

/** A link that says where it leads; anything but the web and mail is text. */
function MarkdownLink({ href, children }: { readonly href: string; readonly children: ReactNode }) {
  const url = URL.canParse(href) ? new URL(href) : null;
  if (url === null || !['http:', 'https:', 'mailto:'].includes(url.protocol)) return <span>{children}</span>;
  const where = url.protocol === 'mailto:' ? url.pathname : url.host;
  return (
    <a href={url.href} target="_blank" rel="noopener noreferrer nofollow" title={url.href}>
      {children}
      {!textOf(children).includes(where) && <span className="md-host"> ({where})</span>}
    </a>
  );
}

function textOf(node: ReactNode): string {
  if (typeof node === 'string') return node;
  return Array.isArray(node) ? node.map((each: ReactNode) => textOf(each)).join('') : '';
}

/** See above. Drawn anew only for another text. */
export const Markdown = memo(function Markdown({ text, label }: { readonly text: string; readonly label: string }) {
  const shown = text.slice(0, MAX_CHARACTERS);
  return (
    <div className="markdown" role="region" aria-label={label} tabIndex={0}>
      {text.trim() === '' && <p className="quiet">Nothing is written yet.</p>}
      {isHeavy(shown) ? (
        <AsText text={shown} />
      ) : (
        <OrText key={shown} text={shown}>
          <ReactMarkdown {...PLUGINS} components={COMPONENTS} urlTransform={defaultUrlTransform}>
            {shown}
          </ReactMarkdown>
        </OrText>
      )}
      {shown.length < text.length && <p className="hint">The rest is not shown here: the text is very long.</p>}
    </div>
  );
});

function AsText({ text }: { readonly text: string }) {
  return <pre tabIndex={0}>{text}</pre>;
}

/** A text that cannot be drawn is shown as it is. */
class OrText extends Component<{ readonly text: string; readonly children: ReactNode }, { readonly isText: boolean }> {
  override state = { isText: false };

  static getDerivedStateFromError(): { isText: boolean } {
    return { isText: true };
  }

  override render(): ReactNode {
    return this.state.isText ? <AsText text={this.props.text} /> : this.props.children;
  }
}
