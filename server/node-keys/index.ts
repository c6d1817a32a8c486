export { nodeKeySchedule } from './jobs.ts';
export { replaceKey } from './replace.ts';
export { findFormerKeys, forgetReceipts, writeKeyRevoked } from './repository.ts';
export type { FormerKeyRow } from './repository.ts';
export { answerFormerKey, takeNewKey } from './rotation.ts';
