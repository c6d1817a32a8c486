export { failuresOf, readDeployment, rolloutOfNode } from './reads.ts';
