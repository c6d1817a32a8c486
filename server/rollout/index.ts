export { startRolloutLoop } from './loop.ts';
export type { RolloutLoop } from './loop.ts';
export { adoptFollowers, liftGates, lockRollout, writeExcluded } from './repository.ts';
export { advanceLocked, advanceRollout, recordDecisions, welcomeJoiners } from './service.ts';
export type { NewDecision } from './snapshot.ts';
export { cutWaves, limitOf } from './waves.ts';
export { openingOf } from './windows.ts';
