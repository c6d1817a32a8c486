import type { RuleItem } from '../../../../server/rules/schema.ts';

/** What may be chosen from, in one page each: more than 200 of either are found by their own pages' Deploy. */
export const allFleets = { limit: 200 } as const;
export const allRules = { limit: 200 } as const;

/** Versions of rules by name, as the address holds them: `valve-watch@8`. */
export type ChosenRules = ReadonlyMap<string, number>;

export function parseChosen(texts: readonly string[]): ChosenRules {
  const chosen = new Map<string, number>();
  for (const text of texts) {
    const at = text.lastIndexOf('@');
    const version = Number(text.slice(at + 1));
    if (at > 0 && Number.isInteger(version) && version > 0) chosen.set(text.slice(0, at), version);
  }
  return chosen;
}

export function formatChosen(chosen: ChosenRules): string[] {
  return [...chosen].map(([name, version]) => `${name}@${version}`).sort();
}

/** What a person most likely wants: what the fleet runs, and the newest version of the rule they came from. */
export function suggestRules(running: readonly { name: string; version: number }[], rules: readonly RuleItem[], wanted: string | null): ChosenRules {
  const chosen = new Map<string, number>();
  for (const { name, version } of running) chosen.set(name, Math.max(version, chosen.get(name) ?? 0));
  const latest = rules.find((rule) => rule.name === wanted)?.latest?.version;
  if (wanted !== null && latest !== undefined) chosen.set(wanted, latest);
  return chosen;
}
