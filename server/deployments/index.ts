export { failuresOf, readDeployment, rolloutOfNode } from './reads.ts';
export { findPlan } from './repository.ts';
