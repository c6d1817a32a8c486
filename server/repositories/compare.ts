import { compareDocuments, writeCapabilities } from '../documents/index.ts';
import type { Comparison, PlacedDocument } from '../documents/index.ts';
import { labelOf, nameOfDocument } from '../documents/schema.ts';
import { isAllowed } from '../identity/index.ts';
import type { Actor } from '../kernel/actor.ts';
import { parseReference } from '../models/index.ts';
import { checkRule, referencesIn } from '../rules/index.ts';
import { readObjects } from './repository.ts';
import type { ObjectRow } from './repository.ts';
import { repositoryLimits } from './schema.ts';
import type { RepositoryChange } from './schema.ts';
import { actorOf } from './turn.ts';
import type { Turn } from './turn.ts';

/** One thing that a repository is about: how it differs, the document that says so, and what is known of it from before. */
export interface Difference {
  change: RepositoryChange;
  placed: PlacedDocument | null;
  /** Digest of what is wanted. */
  wanted: string;
  object: ObjectRow | null;
}

/** What the documents of a commit and what is there differ in, in the order in which it can be applied; what is no longer wanted comes last. */
export async function compareCommit(turn: Turn, commit: string, documents: readonly PlacedDocument[]): Promise<Difference[]> {
  const { deps, row } = turn;
  const actor = actorOf(turn, commit);
  const comparisons = await compareDocuments(deps, actor, documents.map(({ document }) => document), { plans: false });
  const objects = await readObjects(deps.db, row.organizationId, row.id, comparisons);
  const byKey = new Map(objects.map((object) => [labelOf(object), object]));
  const placedBy = new Map(documents.map((placed) => [labelOf({ kind: placed.document.kind, name: nameOfDocument(placed.document) }), placed]));
  const moving = new Set(comparisons.filter(({ kind, action }) => kind === 'Model' && action !== 'same').map(({ name }) => name));
  const differences: Difference[] = [];
  for (const comparison of comparisons) {
    const placed = placedBy.get(labelOf(comparison)) ?? null;
    const object = byKey.get(labelOf(comparison)) ?? null;
    const blocked = await blockedBecause(turn, actor, comparison, object, placed, moving);
    const { kind, name, action, lines, held, wanted } = comparison;
    const mine = object?.repositoryId === row.id ? object : null;
    differences.push({ change: { kind, name, action, lines, held, blocked, drift: action !== 'same' && mine?.applied === wanted, place: placed?.place ?? null }, placed, wanted, object: mine });
  }
  const gone = objects.filter((object) => object.repositoryId === row.id && !placedBy.has(labelOf(object)));
  return bounded([...differences, ...gone.map((object) => ({ change: removal(object, row.prune), placed: null, wanted: '', object })).reverse()]);
}

/** Why it cannot be applied, the reason that is nearest to the document first. */
async function blockedBecause({ deps, row }: Turn, actor: Actor, { kind, action, document, name, blocked }: Comparison, object: (ObjectRow & { repository: { name: string } }) | null, placed: PlacedDocument | null, moving: ReadonlySet<string>): Promise<string | null> {
  if (object !== null && object.repositoryId !== row.id) return `The repository “${object.repository.name}” says how it is to be.`;
  if (action === 'same') return null;
  if (!isAllowed(actor, writeCapabilities[kind])) return `This repository was not given ${writeCapabilities[kind]}.`;
  if (document.kind !== 'Rule' || referencesIn(document.text).some((reference) => moving.has(parseReference(reference)?.model ?? ''))) return blocked;
  const error = (await checkRule(deps.db, row.organizationId, document.text)).diagnostics.find(({ severity }) => severity === 'error');
  if (error === undefined) return blocked;
  const { file, line } = placed?.textPlace ?? { file: name, line: 1 };
  return `${file}:${line + error.line - 1}:${error.column}: ${error.message}`;
}

/** Why it cannot be applied as one sentence, with the place of what is at fault first. */
export function problemOf({ change, placed }: Difference): string {
  const blocked = change.blocked ?? '';
  return placed === null || blocked.startsWith(`${placed.textPlace.file}:`) ? blocked : `${whereIs(placed)}${labelOf(change)}: ${blocked}`;
}

/** Where a document stands, before a sentence about it. */
export function whereIs(placed: PlacedDocument | null): string {
  return placed === null ? '' : `${placed.place.file}:${placed.place.line}: `;
}

function removal({ kind, name, made, aliases }: ObjectRow, prune: boolean): RepositoryChange {
  const base = { kind, name, blocked: null, drift: false, place: null };
  if (kind === 'Fleet' && made) return { ...base, action: 'prune', lines: [`- fleet ${name}; its nodes go on running what they run`], held: prune ? null : 'Pruning is off.' };
  if ((kind === 'Channel' || kind === 'Route') && made) return { ...base, action: 'prune', lines: [`- ${labelOf({ kind, name })}${kind === 'Channel' ? ', with what waits to be told by it' : ''}`], held: prune ? null : 'Pruning is off.' };
  if (kind === 'Model' && aliases.length > 0) return { ...base, action: 'prune', lines: aliases.map((alias) => `- ${alias}`), held: prune ? null : 'Pruning is off.' };
  const stays = kind === 'Rule' ? 'Its versions stay' : kind === 'AlertSettings' ? 'They stay as they are' : kind === 'Deployment' ? 'Its fleet goes on running what it runs' : 'It was there before this repository, and stays';
  return { ...base, action: 'release', lines: [`# ${stays}; people may change it again.`], held: null };
}

/** So many lines are kept together; a change that has more says so. */
function bounded(differences: readonly Difference[]): Difference[] {
  let left: number = repositoryLimits.linesMax;
  return differences.map((difference) => {
    const { lines } = difference.change;
    const shown = lines.slice(0, Math.max(0, left));
    left -= shown.length;
    return shown.length === lines.length ? difference : { ...difference, change: { ...difference.change, lines: [...shown, `# and ${lines.length - shown.length} more lines`] } };
  });
}
