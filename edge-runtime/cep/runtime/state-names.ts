import { isCompound, type Stateful } from '../operators/stage.ts';
import { firstPartOf, type StateIdentity } from '../plan/describe-state.ts';
import type { BinaryReader, BinaryWriter } from './binary.ts';

/** What a state is, and what it is called for people; empty for what can be restored only into the same app. */
export interface StateName {
  id: string;
  what: string;
  /** The same of its parts, where it has several, in their order. */
  parts: readonly StateName[];
}

/** What the states of an app are, by what they are kept as. */
export function namesOf(identities: readonly StateIdentity[]): (kept: string, state: Stateful) => StateName {
  const whole = new Map<string, StateIdentity>();
  const parts = new Map<string, Map<string, StateIdentity>>();
  for (const one of identities) {
    if (one.part === undefined) whole.set(one.kept, one);
    else parts.set(one.kept, (parts.get(one.kept) ?? new Map<string, StateIdentity>()).set(one.part, one));
  }
  return (kept, state) => {
    const known = parts.get(firstPartOf(kept));
    return { ...nameOf(whole.get(kept)), parts: isCompound(state) ? state.parts.map((part) => nameOf(known?.get(part))) : [] };
  };
}

/** What is made again from something else is not missed by itself. */
function nameOf(identity: StateIdentity | undefined): StateName {
  const isTold = identity?.view !== undefined && identity.view.id === identity.id;
  return { id: identity?.id ?? '', what: isTold ? (identity.view?.what ?? '') : '', parts: [] };
}

export function writeName({ id, what, parts }: StateName, writer: BinaryWriter): void {
  writer.text(id);
  writer.text(what);
  writer.count(parts.length);
  for (const one of parts) {
    writer.text(one.id);
    writer.text(one.what);
  }
}

/** As a snapshot of that version has it. */
export function readName(reader: BinaryReader, version: number): StateName {
  const one = (): StateName => ({ id: reader.text(), what: reader.text(), parts: [] });
  if (version === 1) return { id: '', what: '', parts: [] };
  const name = one();
  return version === 2 ? name : { ...name, parts: Array.from({ length: reader.count() }, one) };
}
