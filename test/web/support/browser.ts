/** A real browser, from a package: Chromium lies in `@sparticuz/chromium`. */
import chromiumFiles from '@sparticuz/chromium';
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';

/** The package's own list is for one page in one process; that would end with the page. */
const UNWANTED: ReadonlySet<string> = new Set([
  '--single-process',
  '--no-zygote',
  '--headless=shell',
  "--headless='shell'",
]);

/** Starts it; without its sandbox, because tests often run as root in a container. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = await chromiumFiles.executablePath();
  const args = chromiumFiles.args.filter((argument) => !UNWANTED.has(argument));
  return await chromium.launch({ executablePath, args, headless: true });
}
