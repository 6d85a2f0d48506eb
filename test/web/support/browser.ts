/** A real browser, from a package: Chromium lies in `@sparticuz/chromium`. */
import chromiumFiles from '@sparticuz/chromium';
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';

/** Starts it; without its sandbox, because tests often run as root in a container. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = await chromiumFiles.executablePath();
  // Its own fonts: machines without any show nothing readable, and pictures are the same everywhere.
  return await chromium.launch({ executablePath, args: chromiumFiles.args, headless: true });
}
