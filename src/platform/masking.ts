/**
 * Takes secrets out of text with the same number of bytes, so that byte offsets into logs hold. Works on bytes (as
 * latin1 strings: one character per byte); a byte is masked if any rule covers it, whatever the others do. So a
 * stream, cut anywhere, gives the same as the whole.
 */

/** Masks; see {@link createMasker}. */
export interface Masker {
  /** `text` with every secret as `*`, the same number of UTF-8 bytes. */
  maskText(text: string): string;
  /** The same on bytes; any bytes, not only UTF-8. */
  maskBytes(bytes: Uint8Array): Buffer;
  /** A new stream: holds back a few bytes at chunk borders. */
  stream(): MaskStream;
}

/** Masks a stream piece by piece; everything given in comes out, in order, once `end` was called. */
export interface MaskStream {
  /** Bytes that are decided now; may be empty. */
  push(chunk: Uint8Array): Buffer;
  /** The rest. */
  end(): Buffer;
}

interface Rule {
  /** A fixed text that starts a key, and at least `min` characters of `body` after it. */
  readonly whole: RegExp;
  /** Goes on with `body` from `lastIndex`. */
  readonly body: RegExp;
  readonly prefixMax: number;
  readonly min: number;
}

/** `prefix` and `body` are regular expression sources; all prefixes of one rule have at most `prefixMax` bytes. */
function rule(prefix: string, prefixMax: number, body: string, min: number): Rule {
  return {
    whole: new RegExp(`(${prefix})(?:${body}){${min},}`, 'gi'),
    body: new RegExp(`(?:${body})*`, 'yi'),
    prefixMax,
    min,
  };
}

const WORD = '[A-Za-z0-9_-]';
/** Shapes of keys as their makers document them; the recognisable prefix stays readable. */
const RULES: readonly Rule[] = [
  rule('sk-ant-', 7, WORD, 10),
  rule('sk-proj-', 8, WORD, 10),
  rule('sk-', 3, '[A-Za-z0-9]', 24),
  rule('gh[pousr]_', 4, '[A-Za-z0-9]', 16),
  rule('github_pat_', 11, '[A-Za-z0-9_]', 16),
  rule('glpat-', 6, WORD, 16),
  rule('npm_', 4, '[A-Za-z0-9]', 30),
  rule('AIza', 4, WORD, 30),
  rule('AKIA|ASIA', 4, '[A-Z0-9]', 16),
  rule('xox[abprs]-|xapp-', 5, WORD, 10),
  rule('Bearer ', 7, '[A-Za-z0-9._~+/=-]', 12),
  rule('Authorization: Basic ', 21, '[A-Za-z0-9+/=]', 6),
  rule('x-access-token:', 15, '[A-Za-z0-9_-]', 6),
  // The body may be raw or inside a JSON string; a second dash in a row is the end marker.
  rule('-----BEGIN [A-Z ]{0,20}PRIVATE KEY(?: BLOCK)?-----', 54, String.raw`[A-Za-z0-9+/= \t\r\n\\:,.()]|(?<!-)-`, 1),
];

const MIN_SECRET_BYTES = 6;

interface Span {
  readonly from: number;
  readonly to: number;
}

interface OpenRun {
  readonly rule: Rule;
  readonly at: number;
}

/**
 * A masker for `secrets` (values, also in their JSON, URL and base64 forms; shorter than 6 bytes: ignored, they would
 * hide ordinary words) and for everything that looks like a key: vendor prefixes, bearer tokens, private key blocks.
 */
export function createMasker(secrets: readonly string[]): Masker {
  const literals = [...new Set(secrets.flatMap(formsOf))];
  const longest = Math.max(...RULES.map((each) => each.prefixMax + each.min), ...literals.map((each) => each.length));
  const scan = (text: string): Scan => scanText(text, literals);
  const maskLatin1 = (text: string): string => paint(text, scan(text).spans);
  return {
    maskText: (text) => {
      const bytes = Buffer.from(text, 'utf8').toString('latin1');
      const masked = maskLatin1(bytes);
      return masked === bytes ? text : Buffer.from(masked, 'latin1').toString('utf8');
    },
    maskBytes: (bytes) => Buffer.from(maskLatin1(Buffer.from(bytes).toString('latin1')), 'latin1'),
    stream: () => createStream(scan, longest - 1),
  };
}

/** Values of `raw` whose names say that they are secret; for {@link createMasker}. */
export function secretValues(raw: Readonly<Record<string, string>>): string[] {
  const secretName = /TOKEN|SECRET|PASSW(?:OR)?D|PASSPHRASE|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|CREDENTIAL|DATABASE_URL/i;
  return Object.entries(raw)
    .filter(([name, value]) => secretName.test(name) && value.length >= MIN_SECRET_BYTES)
    .map(([, value]) => value);
}

/** Forms in which a secret can turn up, as latin1 text. */
function formsOf(secret: string): string[] {
  const forms = [secret, secret.trim(), JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)];
  forms.push(...secret.split(/\r?\n/).filter((line) => line.trim().length >= 16));
  for (const shift of [0, 1, 2]) forms.push(base64Core(secret, shift));
  return forms
    .map((form) => Buffer.from(form, 'utf8').toString('latin1'))
    .filter((form) => form.length >= MIN_SECRET_BYTES);
}

/** The characters of base64 that depend on `secret` alone when `shift` other bytes stand before it. */
function base64Core(secret: string, shift: number): string {
  const bytes = Buffer.from(secret, 'utf8');
  if (bytes.length < 8) return '';
  const encoded = Buffer.concat([Buffer.alloc(shift), bytes])
    .toString('base64')
    .replaceAll('=', '');
  const first = Math.ceil((shift * 8) / 6);
  const last = Math.floor(((shift + bytes.length) * 8) / 6);
  return encoded.slice(first, last);
}

interface Scan {
  readonly spans: readonly (Span & { readonly start: number })[];
  /** Matches that reach the end of the text and might go on. */
  readonly open: readonly (OpenRun & { readonly start: number })[];
}

function scanText(text: string, literals: readonly string[]): Scan {
  const spans: (Span & { start: number })[] = [];
  const open: (OpenRun & { start: number })[] = [];
  for (const literal of literals) {
    for (let at = text.indexOf(literal); at !== -1; at = text.indexOf(literal, at + 1)) {
      spans.push({ start: at, from: at, to: at + literal.length });
    }
  }
  for (const each of RULES) {
    for (const match of matchesOf(text, each)) {
      const start = match.index;
      const to = start + match[0].length;
      spans.push({ start, from: start + (match[1] ?? '').length, to });
      if (to === text.length) open.push({ start, rule: each, at: to });
    }
  }
  return { spans, open };
}

/** All matches, also one whose prefix begins at the end of another's body; linear, because it steps back one prefix. */
function* matchesOf(text: string, { whole, prefixMax }: Rule): Generator<RegExpExecArray> {
  whole.lastIndex = 0;
  for (let match = whole.exec(text); match !== null; match = whole.exec(text)) {
    yield match;
    whole.lastIndex = Math.max(match.index + 1, match.index + match[0].length - prefixMax);
  }
}

function paint(text: string, spans: readonly Span[]): string {
  if (spans.length === 0) return text;
  const sorted = spans.toSorted((left, right) => left.from - right.from);
  const parts: string[] = [];
  let done = 0;
  for (const { from, to } of sorted) {
    const begin = Math.max(from, done);
    const end = Math.min(to, text.length);
    if (end <= begin) continue;
    parts.push(text.slice(done, begin), '*'.repeat(end - begin));
    done = end;
  }
  parts.push(text.slice(done));
  return parts.join('');
}

/**
 * The last `holdBack` bytes wait for what follows: every match that starts before them is complete or known to be
 * open. What such a match covers beyond the border is carried over as spans, an open match as a run to go on with.
 */
function createStream(scan: (text: string) => Scan, holdBack: number): MaskStream {
  let held = '';
  let carried: Span[] = [];
  let running: OpenRun[] = [];

  const step = (text: string, keep: number): Buffer => {
    const cut = Math.max(0, text.length - keep);
    const continued = running.map(({ rule: each, at }) => {
      each.body.lastIndex = at;
      return { rule: each, from: at, to: at + (each.body.exec(text)?.[0].length ?? 0) };
    });
    const found = scan(text);
    const spans = [...carried, ...continued, ...found.spans];
    const out = paint(text, spans).slice(0, cut);
    const decided = [...carried, ...continued, ...found.spans.filter((span) => span.start < cut)];
    carried = decided
      .filter((span) => span.to > cut)
      .map((span) => ({ from: Math.max(0, span.from - cut), to: span.to - cut }));
    running = [
      ...continued.filter((run) => run.to === text.length).map((run) => ({ rule: run.rule, at: run.to - cut })),
      ...found.open.filter((run) => run.start < cut).map((run) => ({ rule: run.rule, at: run.at - cut })),
    ];
    held = text.slice(cut);
    return Buffer.from(out, 'latin1');
  };

  return {
    push: (chunk) => step(held + Buffer.from(chunk).toString('latin1'), holdBack),
    end: () => step(held, 0),
  };
}
