export { sampleEvenly } from './cohort.ts';
export { changesOf, judge, judgeAgain } from './judge.ts';
export { comparesWithControl, nextLookAt, stopsBelow } from './looks.ts';
export { canTell } from './power.ts';
export { insertLooks, listLooks, readEvidence, readLook, sampleMax } from './reads.ts';
export { measureShifts } from './measure-shifts.ts';
export type { Gate, Look, LookEvidence, Verdict } from './schema.ts';
