import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMasker, secretValues } from '../../../src/platform/masking.ts';

const KEY = (prefix: string): string => `${prefix}${'aB3'.repeat(14)}`;
const PEM = [
  '-----BEGIN OPENSSH PRIVATE KEY-----',
  'b3BlbnNzaC1rZXktdjEAAAAA/+==',
  'c2Vjb25k',
  '-----END OPENSSH PRIVATE KEY-----',
].join('\n');

describe('masking', () => {
  it.each(['sk-ant-', 'sk-', 'ghp_', 'ghs_', 'github_pat_', 'glpat-', 'npm_', 'AIza', 'xoxb-', 'Bearer '])(
    'hides what follows %s',
    (prefix) => {
      const text = `before "${KEY(prefix)}" after`;
      expect(createMasker([]).maskText(text)).toBe(`before "${prefix}${'*'.repeat(42)}" after`);
    },
  );

  it('hides AWS key ids and private key blocks, raw and in JSON, and keeps what follows', () => {
    const masker = createMasker([]);
    const maskText = (text: string): string => masker.maskText(text);
    expect(maskText('AKIAIOSFODNN7EXAMPLE')).toBe(`AKIA${'*'.repeat(16)}`);
    for (const text of [PEM, JSON.stringify(PEM)]) {
      const masked = maskText(`${text}\nnext line`);
      expect(masked).not.toMatch(/b3Blb|c2Vjb25k/);
      expect(masked).toMatch(/END OPENSSH PRIVATE KEY-----"?\nnext line$/);
    }
  });

  it('leaves ordinary text alone', () => {
    const text = 'risk-management-of-the-task-runner, Bearer of news, -----BEGIN CERTIFICATE-----\nabc é';
    expect(createMasker(['abc', '']).maskText(text)).toBe(text);
  });

  it('hides given values in all their forms, also where they overlap', () => {
    const secret = 'p@ss "wörd"/42+x';
    const masker = createMasker([secret, 'abcdefgh', 'efghijkl']);
    const maskText = (text: string): string => masker.maskText(text);
    expect(maskText('abcdefghijkl')).toBe('*'.repeat(12));
    expect(maskText(JSON.stringify({ secret }))).not.toContain('rd');
    expect(maskText(encodeURIComponent(secret))).toMatch(/^\*+$/);
    for (const before of ['', 'x', 'xy']) {
      const encoded = Buffer.from(`${before}${secret}tail`).toString('base64');
      const clear = Buffer.from(maskText(encoded).replaceAll('*', ''), 'base64').toString();
      expect(clear).not.toMatch(/ss "w|42/);
    }
  });

  it('does not miss a key whose prefix begins inside another match', () => {
    const masked = createMasker([]).maskText('x-access-token:x-access-token:abcdefgh');
    expect(masked).not.toContain('abcdefgh');
  });

  it('names secret values by the names of their variables', () => {
    const raw = { GITHUB_TOKEN: 'value-1', PATH: '/usr/bin', db_password: 'value-2', SHORT_TOKEN: 'x' };
    expect(secretValues(raw)).toEqual(['value-1', 'value-2']);
  });
});

const SECRETS = ['hunter2secret', 'aaaaaa', 'aaaabbbb', 'gehéim-wört'];
const piece = fc.oneof(
  fc.constantFrom(...SECRETS, PEM, JSON.stringify(PEM), KEY('sk-ant-'), KEY('ghp_'), KEY('Bearer ')),
  fc.constantFrom('sk-', 'ghp_', 'Bearer ', '-----BEGIN ', 'a', 'aaa', '-', '\n', '"', 'é', ' ', 'PRIVATE KEY-----'),
  fc.string({ maxLength: 12 }),
);
const content = fc.array(piece, { maxLength: 14 }).map((pieces) => Buffer.from(pieces.join('')));

describe('masking a stream', () => {
  const masker = createMasker(SECRETS);

  it('gives the same as the whole, wherever it is cut', () => {
    fc.assert(
      fc.property(content, fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 60 }), (bytes, cuts) => {
        const stream = masker.stream();
        const out: Buffer[] = [];
        let at = 0;
        for (const cut of cuts) {
          out.push(stream.push(bytes.subarray(at, at + cut)));
          at = Math.min(bytes.length, at + cut);
        }
        out.push(stream.push(bytes.subarray(at)), stream.end());
        expect(Buffer.concat(out).toString('latin1')).toBe(masker.maskBytes(bytes).toString('latin1'));
      }),
      { numRuns: 2000 },
    );
  });

  it('keeps the number of bytes and lets no secret through', () => {
    fc.assert(
      fc.property(content, (bytes) => {
        const masked = masker.maskBytes(bytes);
        expect(masked.length).toBe(bytes.length);
        for (const secret of SECRETS) expect(masked.includes(secret)).toBe(false);
        const text = bytes.toString('utf8');
        expect(Buffer.byteLength(masker.maskText(text))).toBe(Buffer.byteLength(text));
      }),
      { numRuns: 1000 },
    );
  });

  it('takes any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(masker.maskBytes(bytes).length).toBe(bytes.length);
      }),
    );
  });

  it('stays linear on text made to be slow', () => {
    const text = 'sk-ant-'.repeat(150_000);
    const before = performance.now();
    masker.maskText(text);
    expect(performance.now() - before).toBeLessThan(3000);
  });
});
