// A kind of task that belongs to a project: counts lines by file ending, remembers the last count, writes a summary.
// In nightloom.config.yaml:  handlers: ["./count-lines.mjs"]
// By itself:  nightloom task run --kind count-lines --params '{"ending": ".md", "write": "lines.txt"}'
import { glob, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defineTaskHandler } from 'nightloom';
import { z } from 'zod';

export const countLines = defineTaskHandler({
  kind: 'count-lines',
  params: z.strictObject({
    ending: z.string().regex(/^\.[a-z0-9]+$/),
    write: z.string().optional().describe('File for the summary; default: none'),
  }),
  result: z.object({ files: z.number(), lines: z.number(), more: z.number().nullable() }),
  run: async ({ params }, { projectPath, components: { state, logger }, signal, progress }) => {
    let [files, lines] = [0, 0];
    for await (const file of glob(`**/*${params.ending}`, { cwd: projectPath, exclude: ['node_modules'] })) {
      signal.throwIfAborted();
      progress('count', file);
      lines += (await readFile(join(projectPath, file), 'utf8')).split('\n').length;
      files += 1;
    }
    const key = `lines of ${params.ending}`;
    const before = await state.get(key);
    await state.set(key, lines);
    logger.info('counted', { files, lines });
    if (params.write !== undefined)
      await writeFile(join(projectPath, params.write), `${lines} lines in ${files} files\n`);
    return { success: true, data: { files, lines, more: typeof before === 'number' ? lines - before : null } };
  },
});
