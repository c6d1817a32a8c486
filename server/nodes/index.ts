export { timelineRetention } from './jobs.ts';
export { markSilentNodes, nodesConnected, nodesDisconnected, nodesReported, noteClone, setDesired } from './presence.ts';
export { findNode, findNodeByKey, insertNode, insertTimeline, lockNodes, nameInUse, readLabels, writeHeartbeats, writeRecordsThrough } from './repository.ts';
export type { NodeRow } from './repository.ts';
export type { Arrival } from './presence.ts';
export { newNodeState } from './state.ts';
export { summarizeNodes } from './reads.ts';
export { nodeReaderPart } from './node-store.ts';
export type { NodeReader } from './node-store.ts';
