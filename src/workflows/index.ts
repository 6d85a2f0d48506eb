/** Entry of the workflow bundle: every workflow type by its registered name. */
export { batchWorkflow, taskWorkflow } from './batch.ts';
export { lanesWorkflow } from './lanes.ts';
