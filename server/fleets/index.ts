export { matchingFleets, previewMembership, releaseNode, requireWithinReach, settleNode } from './membership-service.ts';
export type { Claim } from './membership-service.ts';
export { previewSelector } from './reads.ts';
export { createFleet, removeFleet, updateFleet } from './service.ts';
export { formatSelector, matches as matchesSelector, parseSelector } from './selector.ts';
export type { Selector } from './selector.ts';
export { selectorToSql } from './selector-sql.ts';
export { findFleet, findFleetByName, listSelectors as readSelectors, readSettings, writeFleetBundle } from './repository.ts';
export type { FleetRow } from './repository.ts';
