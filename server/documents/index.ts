export { applyDocument, writeCapabilities } from './apply.ts';
export { compareDocuments } from './compare.ts';
export type { Comparison } from './comparison.ts';
export { DocumentFaults, readDocuments } from './parse.ts';
export type { DocumentFault, DocumentFolder, PlacedDocument } from './parse.ts';
