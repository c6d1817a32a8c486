import type { Actor } from '../kernel/actor.ts';
import type { Deps } from '../kernel/deps.ts';
import { nameOfDocument } from './schema.ts';
import type { Document, DocumentChange } from './schema.ts';

/** What would change, and a digest of what is wanted: the same for as long as the document means the same. */
export interface Comparison extends DocumentChange {
  document: Document;
  wanted: string;
}

/** What documents before this one would change, were they applied. */
export interface Pending {
  rules: Set<string>;
  models: Set<string>;
  fleets: Set<string>;
  channels: Set<string>;
}

export interface Comparing {
  deps: Deps;
  actor: Actor;
  /** All that are wanted together: a deployment finds the texts of its rules among them. */
  documents: readonly Document[];
  /** Whether deployments are planned, node by node, or only compared with what their fleet runs. */
  plans: boolean;
  pending: Pending;
  /** Digests of the newest texts of rules, where they were read together. */
  digests: ReadonlyMap<string, string>;
}

export function nothingPending(): Pending {
  return { rules: new Set(), models: new Set(), fleets: new Set(), channels: new Set() };
}

/** A comparison with what most have. */
export function comparison(document: Document, wanted: string, rest: Pick<Comparison, 'action' | 'lines'> & Partial<Comparison>): Comparison {
  return { kind: document.kind, name: nameOfDocument(document), document, wanted, blocked: null, held: null, plan: null, ...rest };
}
