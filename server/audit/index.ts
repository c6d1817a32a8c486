export { performChange, recordRefusal } from './service.ts';
export type { AuditRecord, Change } from './service.ts';
