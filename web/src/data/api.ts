/** The one client of the page. The session is a cookie that scripts cannot read. */
import { createClient } from '../../../src/client/client.ts';

/** The API that served this page. */
export const api = createClient({ baseUrl: location.origin, token: null });
