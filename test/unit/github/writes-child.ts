/** One write to GitHub in a process of its own, which a failpoint kills: [address of the API, token, what] in argv. */
import { asId } from '../../../src/contracts/ids.ts';
import { connectGithub } from '../../../src/host/github/connection.ts';
import { commentOnce, pullOnce, reviewOnce, setLabels } from '../../../src/host/github/writes.ts';

const [apiUrl = '', token = '', what = '', number = '', commit = ''] = process.argv.slice(2);
const writer = { installation: asId('installation', 'i_0123456789'), task: asId('task', 't_0123456789') };
const repository = { owner: 'octo', name: 'app' };
const github = await connectGithub({ apiUrl, repository, token, userAgent: 'nightloom-test', now: Date.now });

const writes: Readonly<Record<string, () => Promise<unknown>>> = {
  comment: () => commentOnce(github, writer, { issue: Number(number), name: 'done', body: 'Done.' }),
  pull: () => pullOnce(github, writer, { head: 'topic', base: 'main', title: 'Topic', body: 'What it does.' }),
  review: () => reviewOnce(github, writer, { pull: Number(number), commit, body: 'Looks right.' }),
  label: () => setLabels(github, Number(number), ['working'], { add: ['done'], remove: ['working'] }),
};
await writes[what]?.();
