import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { assertDiskFree } from '../../../src/host/tasks/disk.ts';

describe('room to begin', () => {
  it('is refused with the folder and what is free', async () => {
    await assertDiskFree([tmpdir()], 1);
    await expect(assertDiskFree(['/nowhere', tmpdir()], 2 ** 60)).rejects.toMatchObject({
      code: 'disk_low',
      message: expect.stringMatching(/^\d+ MB are free at .+; a task begins with \d+ MB\.$/),
      details: { folder: tmpdir(), minBytes: 2 ** 60 },
    });
  });

  it('a folder that is not there is somebody else’s finding', async () => {
    await assertDiskFree(['/nowhere'], 2 ** 60);
  });
});
