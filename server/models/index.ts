export { callSignatureOf } from './call-signature.ts';
export { readAliases, readVersionOfDigest, resolveReferences } from './reads.ts';
export type { ResolvedModel } from './reads.ts';
export { parseReference } from './reference.ts';
export { removeAlias, setAlias, tryOut } from './service.ts';
