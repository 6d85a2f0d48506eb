/** Settings of a project about GitHub. Flat on purpose: every key is shown with its own source. */
import { z } from 'zod';
import { duration } from './duration.ts';

const label = z.string().min(1).max(50);

/** What a settings file may say below `github`. */
export const GithubSettingsSchema = z
  .strictObject({
    repository: z
      .string()
      .regex(/^[\w.-]{1,100}\/[\w.-]{1,100}$/, 'must be owner/name')
      .describe('owner/name; default: what the remote "origin" names'),
    apiUrl: z.string().min(1).max(500).describe('Address of the API; default https://api.github.com'),
    tokenVariable: z
      .string()
      .regex(/^(?=.*(?:GITHUB|GH_))[A-Z][A-Z0-9_]{0,99}$/, 'must be a variable name with GITHUB or GH_ in it')
      .describe('Environment variable of the host with the token; it comes before every other place of a token'),
    intake: z.boolean().describe('Queue tasks for labelled issues, comments and pull requests; default false'),
    pollInterval: duration.describe('How often GitHub is asked for news; default 5m'),
    triggerLabels: z
      .array(label)
      .max(50)
      .describe('An issue or pull request with one of these is worked on; default "nightloom"'),
    priorities: z
      .array(label)
      .max(50)
      .describe('Labels, most urgent first: issues with them are queued before the others'),
    skipLabels: z.array(label).max(50).describe('Issues with one of these are left alone; default "skip:nightloom"'),
    commentTrigger: z
      .string()
      .min(2)
      .max(50)
      .describe('A comment that begins with this word continues the work on its issue; default "/nightloom"'),
    anyone: z.boolean().describe('True: anybody may trigger work, not only collaborators. Default false'),
    pullRequest: z.boolean().describe('Push the branch and open a pull request; default true'),
    workingLabel: label.describe('While a task works on it; default "nightloom:working"'),
    doneLabel: label.describe('When it is done; default "nightloom:done"'),
    failedLabel: label.describe('When it failed; default "nightloom:failed"'),
  })
  .partial();

/** The same with every default, in program units. */
export interface GithubSettings {
  /** `owner/name`; null: the one of the remote `origin`. */
  readonly repository: string | null;
  /** Not checked yet. */
  readonly apiUrl: string;
  /** null: none is named. */
  readonly tokenVariable: string | null;
  readonly intake: boolean;
  readonly pollIntervalMs: number;
  readonly triggerLabels: readonly string[];
  /** Most urgent first. */
  readonly priorities: readonly string[];
  readonly skipLabels: readonly string[];
  readonly commentTrigger: string;
  readonly anyone: boolean;
  readonly pullRequest: boolean;
  readonly workingLabel: string;
  readonly doneLabel: string;
  readonly failedLabel: string;
}
