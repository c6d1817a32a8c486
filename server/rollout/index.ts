export { isLookDue } from './gating.ts';
export { startRolloutLoop } from './loop.ts';
export type { RolloutLoop } from './loop.ts';
export { adoptFollowers, liftGates, lockRollout, writeExcluded } from './repository.ts';
export { advanceLocked, advanceRollout, recordDecisions, welcomeJoiners } from './service.ts';
export { isOver, step } from './planner.ts';
export type { NewDecision, RolloutNode, RolloutSnapshot, RolloutStep, RolloutWave } from './snapshot.ts';
export { cutWaves, limitOf } from './waves.ts';
