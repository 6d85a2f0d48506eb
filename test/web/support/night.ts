/** A night as one meets it: something done, something failed, something at work, something waiting. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { WebProject, WebStack } from './stack.ts';

/** Ids of what was made. */
export interface Night {
  readonly working: string;
  readonly held: string;
  readonly idle: string;
  readonly ended: string;
  readonly project: string;
  readonly runningTask: string;
  readonly failedTask: string;
  readonly doneTask: string;
  /** A project whose requirements an agent was asked about, and that task. */
  readonly askedProject: string;
  readonly askedTask: string;
}

const CHECK = "! grep -rq '^[a-z]' --include='*.txt' . || (echo 'a note must begin with a capital letter' >&2; exit 1)";
const LONG_WORK = [
  'say I read the checkout code before I change anything.',
  'run ls -la && git log --oneline | head',
  'write notes/checkout.txt The cart keeps its lines in order.',
  ...Array.from({ length: 60 }, (_, at) => `run printf 'case ${at + 1} \\033[32mok\\033[0m\\n'`),
  'say All cases pass. I look at the edge cases next.',
  'run sh -c "echo missing fixture >&2; exit 3"',
  'cost 0.42',
  'sleep 900s',
].join('\n');

/** Makes it and waits until it is so. Needs about 20 s. */
export async function makeNight(stack: WebStack): Promise<Night> {
  const config = { verify: [CHECK] };
  const shop = await stack.project(
    'shop',
    {
      'validate-coupon-codes':
        'sleep 2s\nsay Coupons are checked before the total.\nwrite notes/coupons.txt Codes expire.\ncost 0.31',
      'fix-rounding-of-totals':
        'sleep 1s\nwrite notes/totals.txt rounded\ncost 0.12\non fix 1:\nsleep 1s\nwrite notes/totals.txt Rounded half to even.\ncost 0.05',
      'translate-the-invoice':
        'sleep 1s\nwrite notes/invoice.txt lowercase\ncost 0.2\non fix 1:\nwrite notes/invoice.txt still lowercase\non fix 2:\nwrite notes/invoice.txt still lowercase, sorry',
      'speed-up-product-search': 'sleep 3s\nwrite notes/search.txt An index was added.\ncost 0.56',
      'checkout-keeps-the-cart': LONG_WORK,
      'remove-legacy-payment-form': 'write notes/form.txt Removed.',
      'accessible-date-picker': 'write notes/date.txt Done.',
      'retry-webhooks-with-backoff': 'write notes/hooks.txt Done.',
      'document-the-order-api': 'write notes/api.txt Done.',
    },
    config,
  );
  const atlas = await stack.project(
    'atlas',
    {
      'tile-cache-headers': 'sleep 2s\nwrite notes/tiles.txt Cached for a day.\ncost 0.18',
      'import-osm-boundaries': 'write notes/osm.txt Begun.\ncost 0.4\nlimit 72m\nwrite notes/osm.txt Done.',
      'geocoder-fallback': 'write notes/geo.txt Done.',
      'route-profiles': 'write notes/route.txt Done.',
      'map-legend': 'write notes/legend.txt Done.',
    },
    config,
  );
  const docs = await stack.project('handbook', {
    'rewrite-onboarding': 'sleep 1s\nwrite notes/onboarding.txt Shorter.\ncost 0.07',
    'glossary-of-terms': 'sleep 1s\nwrite notes/glossary.txt Forty terms.\ncost 0.05',
    'broken-links': 'sleep 1s\nwrite notes/links.txt Three were broken.\ncost 0.03',
    'style-guide': 'write notes/style.txt Done.',
    'incident-runbook': 'write notes/runbook.txt Done.',
  });
  const askedTask = await ask(stack, docs);
  for (const [title, text] of IDEAS) {
    await stack.client.call('createIdea', { body: { projectId: shop.view.id, title, text } });
  }
  const ended = await stack.batch('Handbook spring clean', docs, [
    'rewrite-onboarding',
    'glossary-of-terms',
    'broken-links',
  ]);
  const working = await stack.batch('Shop checkout', shop, [
    'validate-coupon-codes',
    'fix-rounding-of-totals',
    'translate-the-invoice',
    'speed-up-product-search',
    'checkout-keeps-the-cart',
    'remove-legacy-payment-form',
    'accessible-date-picker',
    'retry-webhooks-with-backoff',
  ]);
  const idle = await stack.batch('Runbooks', docs, ['style-guide', 'incident-runbook'], false);
  await stack.until(ended.id, ({ status }) => status === 'completed');
  const now = await stack.until(working.id, ({ tasks }) => tasks[4]?.status === 'running' && tasks[4].step === 'agent');
  // Last, because a usage limit holds all batches of the same account; only what runs already goes on.
  const held = await stack.batch('Atlas: tiles and boundaries', atlas, [
    'tile-cache-headers',
    'import-osm-boundaries',
    'geocoder-fallback',
    'route-profiles',
  ]);
  await stack.until(held.id, ({ hold }) => hold !== null);
  const id = (at: number): string => now.tasks[at]?.id ?? '';
  return {
    working: working.id,
    held: held.id,
    idle: idle.id,
    ended: ended.id,
    project: shop.view.id,
    runningTask: id(4),
    failedTask: id(2),
    doneTask: id(1),
    askedProject: docs.view.id,
    askedTask,
  };
}

const IDEAS = [
  ['Gift cards', 'Bought like a product, redeemed like a coupon. What about refunds?'],
  ['Show delivery dates before the checkout', 'Support is asked for them twenty times a week.'],
  ['Keyboard shortcuts for the back office', ''],
] as const;

/** What an agent proposes when it is asked for more. */
const PROPOSED = {
  reasoning:
    'The handbook tells newcomers where things are, but not whom to ask, and its examples have not been run for a year.',
  stories: [
    {
      id: 'name-the-owners',
      title: 'Name an owner for every page',
      body: '# Name an owner for every page\n\nEach page ends with **who keeps it right** and when that was last looked at.\n\n- [ ] owners are teams, not people\n- [ ] a page without an owner fails the check\n',
    },
    {
      id: 'run-the-examples',
      title: 'Run the examples of the handbook',
      body: '# Run the examples of the handbook\n\nEvery fenced `sh` block runs in a clean checkout.\n\n| page | blocks |\n|---|---|\n| onboarding | 12 |\n| releases | 7 |\n',
    },
  ],
};

/** Asks, and waits for the proposals. */
async function ask({ client }: WebStack, { view }: WebProject): Promise<string> {
  const description = `What is missing in the handbook?\n\n\`\`\`script\nanswer ${JSON.stringify(PROPOSED)}\n\`\`\`\n`;
  const { id } = await client.call('createTask', {
    body: {
      kind: 'generate',
      projectId: view.id,
      name: 'What is missing in the handbook?',
      params: { description },
      context: { returnPath: `/projects/${view.id}` },
    },
  });
  for (const deadline = performance.now() + WAIT_MS; performance.now() < deadline; await sleep(POLL_MS)) {
    const { status } = await client.call('getTask', { params: { id } });
    if (status === 'completed') return id;
    if (status === 'failed') break;
  }
  throw new Error('The agent that was asked has not answered.');
}

const WAIT_MS = 60_000;
const POLL_MS = 100;
