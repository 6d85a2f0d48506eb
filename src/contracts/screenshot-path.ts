/** Where the picture of an attempt is: the one route that answers with neither JSON nor events. Free of zod: pages link to it. */

/** PNG that was taken after an attempt. */
export const SCREENSHOT_PATH = '/api/tasks/:id/attempts/:number/screenshot';

/** Address of one picture. */
export function screenshotPathOf(task: string, attempt: number): string {
  return SCREENSHOT_PATH.replace(':id', encodeURIComponent(task)).replace(':number', String(attempt));
}
