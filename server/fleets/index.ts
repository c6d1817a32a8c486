export { matchingFleets, previewMembership, releaseNode, settleNode } from './membership-service.ts';
export type { Claim } from './membership-service.ts';
export { parseSelector } from './selector.ts';
export type { Selector } from './selector.ts';
export { selectorToSql } from './selector-sql.ts';
export { findFleet, findFleetByName, listSelectors as readSelectors, readSettings, writeFleetBundle } from './repository.ts';
export type { FleetRow } from './repository.ts';
