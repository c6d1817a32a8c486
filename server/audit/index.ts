export type { AuditAction } from './actions.ts';
export { performChange, recordRefusal, recordRefusalOfCall } from './service.ts';
export type { AuditRecord, Change } from './service.ts';
