import { readFile } from 'node:fs/promises';
import { startStack } from '/work/main/bench/support/stack.ts';
import { AGENT } from '/work/main/bench/support/place.ts';
const s = await startStack('mem');
try {
  const show = async (l) => {
    const st = await s.status();
    const o = [];
    for (const p of st.processes) {
      const t = await readFile(`/proc/${p.pid}/status`, 'utf8');
      o.push(
        `${p.role} ${(Number(/VmRSS:\s+(\d+)/.exec(t)[1]) / 1024).toFixed(0)} (anon ${(Number(/RssAnon:\s+(\d+)/.exec(t)[1]) / 1024).toFixed(0)}) threads ${/Threads:\s+(\d+)/.exec(t)[1]}`,
      );
    }
    console.log(l, s.startupMs.toFixed(0), 'ms', o.join('  '));
  };
  await new Promise((r) => setTimeout(r, 6000));
  await show('idle');
  const n = Number(process.argv[2] ?? 0);
  if (n) {
    const b = await s.batch({ tasks: n, agent: [process.execPath, AGENT] });
    await s.start(b.id);
    const v = await s.finish(b.id);
    console.log('per task', (Date.parse(v.completedAt) - Date.parse(v.startedAt)) / n);
    await show('after');
  }
} finally {
  await s.stop();
}
