/** Settings of the installation. */
import type { FastifyInstance } from 'fastify';
import { routes } from '../../contracts/http.ts';
import type { ApiDeps } from '../deps.ts';
import { checkMatch, withEtag } from '../etags.ts';
import { register } from '../register.ts';
import { changeSettings, installationSettings } from '../services/installation-settings.ts';

/** Registers the routes of settings. */
export function settingsRoutes(app: FastifyInstance, deps: ApiDeps): void {
  register(app, routes.installationSettings, async (_input, { reply }) => {
    const settings = await installationSettings(deps);
    return withEtag(reply, settings, settings);
  });
  register(app, routes.changeInstallationSettings, async ({ body }, { request, reply }) => {
    const settings = await changeSettings(deps, body, (now) => checkMatch(request, now));
    return withEtag(reply, settings, settings);
  });
}
