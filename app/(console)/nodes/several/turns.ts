/** How one of several came out: done or, when it was checked, free to be; or refused with the reason. `notice`: it is, and brings a change of more. */
export interface Outcome {
  tone: 'positive' | 'notice' | 'critical';
  says: string;
}

/**
 * Does the work for one after the other and tells how each came out. What fails does not keep the rest from their turn; an abort
 * does, once the one at work is through.
 */
export async function inTurn<Item extends { id: string }>(items: readonly Item[], work: (item: Item) => Promise<Outcome>, reasonOf: (error: unknown) => string, tell: (id: string, outcome: Outcome) => void, signal: AbortSignal): Promise<void> {
  for (const item of items) {
    if (signal.aborted) return;
    let outcome: Outcome;
    try {
      outcome = await work(item);
    } catch (error) {
      outcome = { tone: 'critical', says: reasonOf(error) };
    }
    tell(item.id, outcome);
  }
}

/** Those that were refused before all others, each in the order that it had: they are what is left to look at. */
export function refusedFirst<Item extends { id: string }>(items: readonly Item[], outcomes: ReadonlyMap<string, Outcome>): readonly Item[] {
  const refused = ({ id }: Item) => outcomes.get(id)?.tone === 'critical';
  return [...items.filter(refused), ...items.filter((item) => !refused(item))];
}

/** Those with labels added, or set to another value where they have the key. */
export function withLabels(labels: Readonly<Record<string, string>>, change: Readonly<Record<string, string>>): { labels: Record<string, string>; differs: boolean } {
  return { labels: { ...labels, ...change }, differs: Object.entries(change).some(([key, value]) => !Object.hasOwn(labels, key) || labels[key] !== value) };
}

interface Fleet {
  id: string;
  name: string;
}

/** Which fleet labels would put a node in, as one line. */
export function fleetAfter(preview: { from: Fleet | null; to: Fleet | null; claimedBy: readonly Fleet[]; multiple: boolean }): Outcome {
  const { from, to, claimedBy, multiple } = preview;
  if (multiple) return { tone: 'notice', says: `${claimedBy.map(({ name }) => name).join(' and ')} would both claim it, so it keeps what it has` };
  if (from?.id === to?.id) return { tone: 'positive', says: to === null ? 'No fleet claims it, as before' : `Stays in ${to.name}` };
  if (to === null) return { tone: 'notice', says: `Leaves ${from?.name ?? 'its fleet'} and belongs to none` };
  return { tone: 'notice', says: from === null ? `Moves to ${to.name}` : `Moves from ${from.name} to ${to.name}` };
}
