/** What the stand-in answers: the part of the REST API that we use, in the shape that GitHub documents. */
import { z } from 'zod';
import type { RepositoryState, StoredIssue, StoredPull } from './state.ts';
import { commentView, headOf, issueView, labelViews, pullView, repositoryView, reviewView, userView } from './views.ts';

/** A request that has passed the gate. */
export interface ApiRequest {
  readonly method: string;
  /** Below the repository, without query: `/issues/1`. Above it: `/user`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly accept: string;
  readonly body: unknown;
  /** Address of the API, for links. */
  readonly url: string;
}

/** An answer; `list` is cut into pages by the server. */
export type ApiAnswer =
  | { readonly status: number; readonly body: unknown }
  | { readonly status: number; readonly list: readonly unknown[] }
  | { readonly status: number; readonly text: string };

const ok = (body: unknown): ApiAnswer => ({ status: 200, body });
const created = (body: unknown): ApiAnswer => ({ status: 201, body });
const list = (items: readonly unknown[]): ApiAnswer => ({ status: 200, list: items });
/** What GitHub says of things that are not there, or that the token may not see. */
export const NOT_FOUND: ApiAnswer = { status: 404, body: { message: 'Not Found', status: '404' } };
const invalid = (message: string): ApiAnswer => ({
  status: 422,
  body: { message: 'Validation Failed', errors: [{ resource: 'PullRequest', code: 'custom', message }], status: '422' },
});

type Handler = (state: RepositoryState, request: ApiRequest, params: readonly string[]) => ApiAnswer;

const number = (text: string | undefined): number => Number(text);
const find = (state: RepositoryState, text: string | undefined): StoredIssue | undefined =>
  state.issues.find((issue) => issue.number === number(text));
const Body = z.object({ body: z.string() });
const Labels = z.object({ labels: z.array(z.string()) });
const NewPull = z.object({
  title: z.string(),
  head: z.string(),
  base: z.string(),
  body: z.string(),
  draft: z.boolean().optional(),
});
const NewReview = z.object({ body: z.string(), event: z.string(), commit_id: z.string().optional() });

const ROUTES: readonly (readonly [string, RegExp, Handler])[] = [
  ['GET', /^$/, (state, request) => ok(repositoryView(state, request.url))],
  ['GET', /^\/issues$/, listIssues],
  [
    'GET',
    /^\/issues\/(\d+)$/,
    (state, request, [of]) => one(find(state, of), (issue) => issueView(state, issue, request.url)),
  ],
  ['PATCH', /^\/issues\/(\d+)$/, patchIssue],
  ['GET', /^\/issues\/comments$/, listAllComments],
  [
    'GET',
    /^\/issues\/comments\/(\d+)$/,
    (state, request, [id]) =>
      one(
        state.comments.find((comment) => comment.id === number(id)),
        (comment) => commentView(state, comment, request.url),
      ),
  ],
  ['PATCH', /^\/issues\/comments\/(\d+)$/, patchComment],
  [
    'GET',
    /^\/issues\/(\d+)\/comments$/,
    (state, request, [of]) =>
      find(state, of) === undefined
        ? NOT_FOUND
        : list(
            state.comments
              .filter((each) => each.issue === number(of))
              .map((each) => commentView(state, each, request.url)),
          ),
  ],
  [
    'POST',
    /^\/issues\/(\d+)\/comments$/,
    (state, request, [of]) =>
      one(
        find(state, of),
        (issue) =>
          commentView(state, state.comment(issue.number, state.bot, Body.parse(request.body).body), request.url),
        201,
      ),
  ],
  [
    'GET',
    /^\/issues\/(\d+)\/events$/,
    (state, _request, [of]) => {
      const issue = find(state, of);
      return issue === undefined
        ? NOT_FOUND
        : list(issue.events.map((event) => ({ ...event, actor: userView(event.login), label: { name: event.label } })));
    },
  ],
  [
    'GET',
    /^\/issues\/(\d+)\/labels$/,
    (state, _request, [of]) => {
      const issue = find(state, of);
      return issue === undefined ? NOT_FOUND : list(labelViews(issue.labels));
    },
  ],
  [
    'POST',
    /^\/issues\/(\d+)\/labels$/,
    (state, request, [of]) => {
      const issue = find(state, of);
      if (issue === undefined) return NOT_FOUND;
      state.label(issue.number, state.bot, ...Labels.parse(request.body).labels);
      return ok(labelViews(issue.labels));
    },
  ],
  [
    'DELETE',
    /^\/issues\/(\d+)\/labels\/(.+)$/,
    (state, _request, [of, label = '']) => {
      const issue = find(state, of);
      const name = decodeURIComponent(label);
      if (issue === undefined || !issue.labels.includes(name)) return NOT_FOUND;
      state.unlabel(issue.number, state.bot, name);
      return ok(labelViews(issue.labels));
    },
  ],
  [
    'GET',
    /^\/collaborators\/([^/]+)\/permission$/,
    (state, _request, [login = '']) => {
      const permission = state.permissions.get(decodeURIComponent(login)) ?? 'none';
      return ok({ permission, role_name: permission, user: userView(login) });
    },
  ],
  ['GET', /^\/pulls$/, listPulls],
  ['POST', /^\/pulls$/, openPull],
  ['GET', /^\/pulls\/(\d+)$/, getPull],
  [
    'GET',
    /^\/pulls\/(\d+)\/files$/,
    (state, _request, [of]) => withPull(state, of, (_issue, pull) => list(filesOf(state, pull))),
  ],
  [
    'GET',
    /^\/pulls\/(\d+)\/reviews$/,
    (state, _request, [of]) =>
      withPull(state, of, (_issue, pull) => list(pull.reviews.map((review) => reviewView(review)))),
  ],
  ['POST', /^\/pulls\/(\d+)\/reviews$/, postReview],
  [
    'GET',
    /^\/git\/ref\/heads\/(.+)$/,
    (state, _request, [branch = '']) =>
      state.hasBranch(branch)
        ? ok({ ref: `refs/heads/${branch}`, object: { type: 'commit', sha: state.sha(branch) } })
        : NOT_FOUND,
  ],
  [
    'DELETE',
    /^\/git\/refs\/heads\/(.+)$/,
    (state, _request, [branch = '']) => {
      if (!state.hasBranch(branch)) return invalid('Reference does not exist');
      state.git(['update-ref', '-d', `refs/heads/${branch}`]);
      return { status: 204, text: '' };
    },
  ],
];

/** Answers a request below the repository. */
export function answerRequest(state: RepositoryState, request: ApiRequest): ApiAnswer {
  for (const [method, path, handler] of ROUTES) {
    const match = method === request.method ? path.exec(request.path) : null;
    if (match !== null) return handler(state, request, match.slice(1));
  }
  return NOT_FOUND;
}

function one<Item>(item: Item | undefined, view: (item: Item) => unknown, status = 200): ApiAnswer {
  return item === undefined ? NOT_FOUND : { status, body: view(item) };
}

function listIssues(state: RepositoryState, { query, url }: ApiRequest): ApiAnswer {
  const wanted = query.get('labels')?.split(',') ?? [];
  const since = query.get('since');
  const stateWanted = query.get('state') ?? 'open';
  const found = state.issues
    .filter((issue) => stateWanted === 'all' || issue.state === stateWanted)
    .filter((issue) => wanted.every((label) => issue.labels.includes(label)))
    .filter((issue) => since === null || Date.parse(issue.updated_at) >= Date.parse(since));
  return list(sorted(found, query, (issue) => issue.number).map((issue) => issueView(state, issue, url)));
}

function listAllComments(state: RepositoryState, { query, url }: ApiRequest): ApiAnswer {
  const since = query.get('since');
  const found = state.comments.filter(
    (comment) => since === null || Date.parse(comment.updated_at) >= Date.parse(since),
  );
  return list(sorted(found, query, (comment) => comment.id).map((comment) => commentView(state, comment, url)));
}

function sorted<Item extends { created_at: string; updated_at: string }>(
  items: readonly Item[],
  query: URLSearchParams,
  idOf: (item: Item) => number,
): Item[] {
  const by = query.get('sort') === 'updated' ? 'updated_at' : 'created_at';
  const sign = query.get('direction') === 'asc' ? 1 : -1;
  return items.toSorted(
    (left, right) => sign * (Date.parse(left[by]) - Date.parse(right[by]) || idOf(left) - idOf(right)),
  );
}

function patchIssue(state: RepositoryState, request: ApiRequest, [of]: readonly string[]): ApiAnswer {
  const change = z
    .object({ state: z.enum(['open', 'closed']).optional(), body: z.string().optional() })
    .parse(request.body);
  const issue = find(state, of);
  if (issue === undefined) return NOT_FOUND;
  Object.assign(issue, change);
  return ok(issueView(state, issue, request.url));
}

function patchComment(state: RepositoryState, request: ApiRequest, [id]: readonly string[]): ApiAnswer {
  const comment = state.comments.find((each) => each.id === number(id));
  if (comment === undefined) return NOT_FOUND;
  comment.body = Body.parse(request.body).body;
  return ok(commentView(state, comment, request.url));
}

function listPulls(state: RepositoryState, { query, url }: ApiRequest): ApiAnswer {
  const head = query.get('head');
  const base = query.get('base');
  const stateWanted = query.get('state') ?? 'open';
  const pulls = state.issues.flatMap((issue) => (issue.pull === null ? [] : [{ issue, pull: issue.pull }]));
  const found = pulls
    .filter(({ issue }) => stateWanted === 'all' || issue.state === stateWanted)
    .filter(({ pull }) => head === null || `${pull.headRepository.split('/')[0]}:${pull.head}` === head)
    .filter(({ pull }) => base === null || pull.base === base);
  return list(found.map(({ issue, pull }) => pullView(state, issue, pull, url)));
}

function openPull(state: RepositoryState, request: ApiRequest): ApiAnswer {
  const wanted = NewPull.parse(request.body);
  if (!state.hasBranch(wanted.head)) return invalid(`head ${wanted.head} is not a branch`);
  const range = `refs/heads/${wanted.base}..refs/heads/${wanted.head}`;
  if (state.git(['rev-list', '--count', range]) === '0') {
    return invalid(`No commits between ${wanted.base} and ${wanted.head}`);
  }
  const open = state.issues.some((issue) => issue.state === 'open' && issue.pull?.head === wanted.head);
  if (open) return invalid(`A pull request already exists for ${state.owner}:${wanted.head}.`);
  const issue = state.openPull({ ...wanted, draft: wanted.draft ?? false, login: state.bot });
  return issue.pull === null ? NOT_FOUND : created(pullView(state, issue, issue.pull, request.url));
}

function getPull(state: RepositoryState, request: ApiRequest, [of]: readonly string[]): ApiAnswer {
  return withPull(state, of, (issue, pull) => {
    if (!request.accept.includes('diff')) return ok(pullView(state, issue, pull, request.url));
    return { status: 200, text: `${state.git(['diff', `refs/heads/${pull.base}...${headOf(state, issue)}`])}\n` };
  });
}

function postReview(state: RepositoryState, request: ApiRequest, [of]: readonly string[]): ApiAnswer {
  return withPull(state, of, (issue, pull) => {
    const { body, event, commit_id } = NewReview.parse(request.body);
    const review = { id: state.newId(), login: state.bot, body, event, commit_id: commit_id ?? headOf(state, issue) };
    pull.reviews.push(review);
    return ok(reviewView(review));
  });
}

function withPull(
  state: RepositoryState,
  of: string | undefined,
  answer: (issue: StoredIssue, pull: StoredPull) => ApiAnswer,
): ApiAnswer {
  const issue = find(state, of);
  return issue?.pull == null ? NOT_FOUND : answer(issue, issue.pull);
}

function filesOf(state: RepositoryState, pull: StoredPull): unknown[] {
  const names = state.git(['diff', '--name-status', `refs/heads/${pull.base}...refs/heads/${pull.head}`]);
  return names
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => ({ filename: line.split('\t')[1], status: line.startsWith('A') ? 'added' : 'modified' }));
}
