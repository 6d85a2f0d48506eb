/** Applies or undoes a change set in a process of its own, which a failpoint kills: [folder, checkout, request or id] in argv. */
import { createRequirementChanges } from '../../../src/host/requirements/changes.ts';

const [folder = '', checkout = '', text = ''] = process.argv.slice(2);
const changes = createRequirementChanges(folder);
const asked: unknown = JSON.parse(text);
if (typeof asked === 'string') await changes.undoRequirements(checkout, asked);
else await changes.changeRequirements(checkout, JSON.parse(text));
