/** Whether there is a fleet, and whether it is the only one. */
export const firstFleets = { limit: 2 } as const;
export const rulesMatching = (query: string) => ({ limit: 50, ...(query === '' ? {} : { query }) });

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
export function suggestRules(running: readonly { name: string; version: number }[], wanted: { name: string; version: number } | null): ChosenRules {
  const chosen = new Map<string, number>();
  for (const { name, version } of running) chosen.set(name, Math.max(version, chosen.get(name) ?? 0));
  if (wanted !== null) chosen.set(wanted.name, wanted.version);
  return chosen;
}

/** How far back a list of versions goes; older ones are deployed from the rule's own page. */
const versionsShown = 50;

/** Versions to choose from, newest first. The newest may be unknown, of a rule that was not looked for: then the chosen one is the newest known. */
export function versionsOf(newest: number | undefined, chosen: number): number[] {
  const from = Math.max(newest ?? chosen, chosen);
  const versions = Array.from({ length: Math.min(versionsShown, from) }, (_, index) => from - index);
  return versions.includes(chosen) ? versions : [...versions, chosen];
}
