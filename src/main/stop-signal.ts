/** When a process of ours has to stop. */

/** Aborts on SIGTERM, SIGINT or SIGHUP; `withParent`: also when the parent's channel is gone. */
export function stopSignal(options: { withParent: boolean }): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(name, stop);
  if (options.withParent) process.on('disconnect', stop);
  return controller.signal;
}
