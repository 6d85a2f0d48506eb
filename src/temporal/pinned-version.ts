/** The version that we fetch; its own file because searching, fetching and caching all name it. */

/** Version of the Temporal CLI that is fetched when none is installed: server 1.31.2, Web UI 2.50.1. */
export const PINNED_CLI_VERSION = '1.8.2';

/** Oldest version of an installed CLI that is accepted (server 1.29: updates, user metadata and priority are there). */
export const OLDEST_CLI_VERSION = '1.5.0';
