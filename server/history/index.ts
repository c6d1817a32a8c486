export { fleetsAsOf, nodesAsOf, reportsAsOf } from './as-of.ts';
export { historyRetention } from './jobs.ts';
export { requireKept } from './reads.ts';
