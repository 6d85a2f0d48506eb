/** Every screen of the dashboard, as it is in a night that is under way. */
import type { Night } from './night.ts';

/** Screen -> its address and a text that it must show. */
export const SCREENS: Readonly<Record<string, (night: Night) => readonly [path: string, text: string]>> = {
  tonight: () => ['/', 'Usage limit, resets'],
  batch: (each) => [`/batches/${each.working}`, 'translate-the-invoice'],
  'task at work': (each) => [`/tasks/${each.runningTask}`, 'All cases pass'],
  'task that failed': (each) => [`/tasks/${each.failedTask}`, 'Failed while'],
  inbox: () => ['/inbox', 'Mark all as read'],
  report: () => ['/report', 'Needs you'],
  projects: () => ['/projects', 'atlas'],
  project: (each) => [`/projects/${each.project}`, 'Document the order api'],
  'new requirement': (each) => [`/projects/${each.project}?write=new`, 'Name of the file'],
  'text of a requirement': (each) => [`/projects/${each.project}?edit=checkout-keeps-the-cart`, 'works from the text'],
  'requirements of one state': (each) => [`/projects/${each.project}?status=failed`, 'Failed last time'],
  'ideas of a project': (each) => [`/projects/${each.project}`, 'Gift cards'],
  'proposals of an agent': (each) => [
    `/projects/${each.askedProject}?result=${each.askedTask}`,
    'Name an owner for every page',
  ],
  'settings of a project': (each) => [`/projects/${each.project}?part=settings`, 'A commit would say'],
  'check of a project': (each) => [`/projects/${each.project}?part=check`, 'A night can work here'],
  'change of a task': (each) => [`/tasks/${each.doneTask}?part=changes`, 'notes/totals.txt'],
  'change side by side': (each) => [`/tasks/${each.doneTask}?part=changes&view=split`, 'notes/totals.txt'],
  'checks of a task': (each) => [`/tasks/${each.failedTask}?part=checks`, 'After fix 1'],
  'prompt of a task': (each) => [`/tasks/${each.failedTask}?part=prompt`, 'agent'],
  'log searched': (each) => [`/tasks/${each.runningTask}?q=case`, 'matches'],
  'report of a batch': (each) => [`/report?batch=${each.working}`, 'Of all batches'],
  'new batch': () => ['/new', 'chosen'],
  system: () => ['/system', 'The stack works'],
  'no such place': () => ['/nowhere', 'There is no such page'],
};
