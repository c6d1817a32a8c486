export { startRepositoryLoop } from './loop.ts';
export type { RepositoryLoop } from './loop.ts';
