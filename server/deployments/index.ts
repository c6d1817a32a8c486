export { agentNeeds, unmetBy } from './agent-needs.ts';
export type { AgentNeed } from './agent-needs.ts';
export { changesBetween } from './changes.ts';
export { countsOf } from './counts.ts';
export { stopsOf } from './decisions.ts';
export { countStates, failuresOf, readDeployment, rolloutOfNode } from './reads.ts';
export { findNewest, findPlan } from './repository.ts';
export { createDeployment, planDeployment } from './service.ts';
export { readTarget } from './subject.ts';
