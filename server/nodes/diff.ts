import type { DiffEntry } from './schema.ts';

type Part = { name: string; version: number };
export type RunningSet = { bundle: string | null; rules: readonly Part[]; models: readonly Part[]; settings: string | null };

/**
 * What should run against what the node says does, part by part: what changes first, then what stays, each by name.
 * `settings` are compared as one text (their digest), since the node reports the bundle and not its settings.
 */
export function diffOf(reported: RunningSet | null, desired: RunningSet | null): DiffEntry[] {
  const entries = [
    ...compare('rule', reported?.rules ?? [], desired?.rules ?? []),
    ...compare('model', reported?.models ?? [], desired?.models ?? []),
    ...compareSettings(reported?.settings ?? null, desired?.settings ?? null),
  ];
  return entries.sort((a, b) => Number(a.change === 'same') - Number(b.change === 'same'));
}

function compare(kind: 'rule' | 'model', reported: readonly Part[], desired: readonly Part[]): DiffEntry[] {
  const names = [...new Set([...reported, ...desired].map((part) => part.name))].sort();
  return names.map((name) => {
    const [has, should] = [versionOf(reported, name), versionOf(desired, name)];
    return { kind, part: name, reported: has, desired: should, change: changeOf(has, should) };
  });
}

function compareSettings(reported: string | null, desired: string | null): DiffEntry[] {
  if (reported === null && desired === null) return [];
  return [{ kind: 'settings', part: 'settings', reported, desired, change: changeOf(reported, desired) }];
}

function versionOf(parts: readonly Part[], name: string): string | null {
  const part = parts.find((candidate) => candidate.name === name);
  return part === undefined ? null : String(part.version);
}

function changeOf(reported: string | null, desired: string | null): DiffEntry['change'] {
  if (reported === desired) return 'same';
  if (reported === null) return 'added';
  return desired === null ? 'removed' : 'changed';
}
