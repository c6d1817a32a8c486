export { assembleBundle, digestOf, digestOfValue, emptyBundle } from './assemble.ts';
export type { AssembledBundle, BundledModel, BundledRule } from './assemble.ts';
export { bundlesInUse, readManifest, versionsInUse } from './reads.ts';
export type { BundleInUse } from './reads.ts';
export { signersOf, signingKeysOf } from './keys.ts';
export { assignBundle, desiredFor, retellForLabels, signCheckpoint, signText, storeBundle } from './service.ts';
export type { Desired } from './service.ts';
