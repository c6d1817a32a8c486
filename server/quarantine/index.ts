export { liftRecovered, noteFailures } from './service.ts';
export type { CountedFailure } from './service.ts';
