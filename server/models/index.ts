export { callSignatureOf } from './call-signature.ts';
export { resolveReferences } from './reads.ts';
export type { ResolvedModel } from './reads.ts';
export { parseReference } from './reference.ts';
export { tryOut } from './service.ts';
