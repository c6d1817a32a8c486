export { bundleOfFleet, clearQuarantine, findRecovered } from './repository.ts';
export { lockAllowed, noteFailures, publishQuarantine } from './service.ts';
export type { CountedFailure } from './service.ts';
