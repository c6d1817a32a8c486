export { timelineRetention } from './jobs.ts';
export { markSilentNodes, nodesConnected, nodesDisconnected, nodesReported, noteClone, setDesired } from './presence.ts';
export { findConnected, findNode, findNodesByKey, insertNode, insertTimeline, lockNodes, nameInUse, readLabels, writeHeartbeats, writeRecordsThrough } from './repository.ts';
export type { NodeRow } from './repository.ts';
export type { Arrival } from './presence.ts';
export { newNodeState } from './state.ts';
export { readNode } from './detail.ts';
export { summarizeNodes } from './reads.ts';
export { nodeStoreQuestion } from './node-store.ts';
