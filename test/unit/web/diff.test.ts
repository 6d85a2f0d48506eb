/** Unified diffs as rows. */
import { describe, expect, it } from 'vitest';
import { changedParts, linesOfPatch, splitRows } from '../../../web/src/model/diff.ts';

const PATCH = `diff --git a/a.txt b/a.txt
index 1..2 100644
--- a/a.txt
+++ b/a.txt
@@ -10,4 +10,5 @@ function x
 same
-old one
-old two
+new one
+-- looks like a header
 end
\\ No newline at end of file
@@ -90 +91 @@
---- removed line that began with dashes
+++++ added
`;

describe('lines of a patch', () => {
  it('have numbers of both versions, and content that looks like a header stays content', () => {
    const lines = linesOfPatch(PATCH).map(({ kind, before, after, text }) => [kind, before, after, text]);
    expect(lines).toEqual([
      ['hunk', null, null, '@@ -10,4 +10,5 @@ function x'],
      ['same', 10, 10, 'same'],
      ['removed', 11, null, 'old one'],
      ['removed', 12, null, 'old two'],
      ['added', null, 11, 'new one'],
      ['added', null, 12, '-- looks like a header'],
      ['same', 13, 13, 'end'],
      ['note', null, null, 'No newline at end of file'],
      ['hunk', null, null, '@@ -90 +91 @@'],
      ['removed', 90, null, '--- removed line that began with dashes'],
      ['added', null, 91, '++++ added'],
    ]);
    expect(linesOfPatch('Binary files a and b differ\n')).toEqual([]);
  });

  it('stand side by side: what was put in beside what it replaces', () => {
    const rows = splitRows(linesOfPatch(PATCH)).map(({ before, after }) => [before?.text, after?.text]);
    expect(rows.slice(1, 4)).toEqual([
      ['same', 'same'],
      ['old one', 'new one'],
      ['old two', '-- looks like a header'],
    ]);
    const only = splitRows(linesOfPatch('@@ -1 +1,3 @@\n-a\n+b\n+c\n+d\n'));
    expect(only.slice(1).map(({ before, after }) => [before?.text, after?.text])).toEqual([
      ['a', 'b'],
      [undefined, 'c'],
      [undefined, 'd'],
    ]);
  });
});

describe('changed parts', () => {
  it('are what lies between what both lines begin and end with', () => {
    expect(changedParts('const a = 1;', 'const a = 22;')).toEqual({
      before: ['const a = ', '1', ';'],
      after: ['const a = ', '22', ';'],
    });
    expect(changedParts('aa', 'aaa')).toEqual({ before: ['aa', '', ''], after: ['aa', 'a', ''] });
    expect(changedParts('completely', 'different!')).toBeNull();
  });
});
