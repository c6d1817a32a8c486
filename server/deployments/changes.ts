import { canonicalJson } from '@selvedge/edge-runtime/protocol';
import type { BundleManifest } from '@selvedge/edge-runtime/protocol';
import type { PlanChange } from './schema.ts';

/** What differs between what a node runs and what it is to run. `null` runs nothing. */
export function changesBetween(from: BundleManifest | null, to: BundleManifest): PlanChange[] {
  return [
    ...partChanges('rule', versionsByName(from?.rules ?? []), versionsByName(to.rules)),
    ...partChanges('model', versionsByName(from?.models ?? []), versionsByName(to.models)),
    ...settingsChange(from, to),
  ];
}

/** What a node that runs `from` must fetch for `to`: parts whose bytes it does not have. */
export function bytesBetween(from: BundleManifest | null, to: BundleManifest): number {
  const has = new Set([...(from?.rules ?? []), ...(from?.models ?? [])].map((part) => part.digest));
  const lacks = new Map([...to.rules, ...to.models].filter((part) => !has.has(part.digest)).map((part) => [part.digest, part.bytes]));
  return [...lacks.values()].reduce((sum, bytes) => sum + bytes, 0);
}

/** A few words for each change, as a list of deployments shows them. */
export function summarize(changes: readonly PlanChange[]): string[] {
  return changes.map(({ kind, name, from, to }) => {
    if (kind === 'settings') return 'settings';
    if (from === null) return `${name} ${to ?? ''} added`;
    return to === null ? `${name} removed` : `${name} ${from} → ${to}`;
  });
}

interface PartVersion {
  versions: string;
  digests: string;
  bytes: number;
}

/** A bundle may hold several versions of a model; they are shown together. */
function versionsByName(parts: readonly { name: string; version: number; digest: string; bytes: number }[]): Map<string, PartVersion> {
  const byName = new Map<string, PartVersion>();
  for (const part of parts) {
    const known = byName.get(part.name);
    byName.set(part.name, {
      versions: known === undefined ? String(part.version) : `${known.versions}, ${part.version}`,
      digests: `${known?.digests ?? ''} ${part.digest}`,
      bytes: (known?.bytes ?? 0) + part.bytes,
    });
  }
  return byName;
}

function partChanges(kind: 'rule' | 'model', from: ReadonlyMap<string, PartVersion>, to: ReadonlyMap<string, PartVersion>): PlanChange[] {
  const names = [...new Set([...from.keys(), ...to.keys()])].sort();
  return names.flatMap((name): PlanChange[] => {
    const before = from.get(name);
    const after = to.get(name);
    if (before?.versions === after?.versions) return [];
    const bytes = after === undefined || after.digests === before?.digests ? 0 : after.bytes;
    return [{ kind, name, from: before?.versions ?? null, to: after?.versions ?? null, bytes }];
  });
}

function settingsChange(from: BundleManifest | null, to: BundleManifest): PlanChange[] {
  if (from !== null && canonicalJson(from.settings) === canonicalJson(to.settings)) return [];
  return [{ kind: 'settings', name: 'settings', from: from === null ? null : 'as deployed', to: from === null ? 'set' : 'changed', bytes: 0 }];
}
