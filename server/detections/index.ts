export { detectionRetention } from './jobs.ts';
export { insertDetections } from './repository.ts';
export type { NewDetection } from './repository.ts';
export { latestDetections } from './reads.ts';
