import type { NodeEvidence } from './schema.ts';

/** For each node of the wave so many that stay behind are looked for. */
const controlsPerNode = 10;

/** At most `most` of `items`, evenly over their order, so that no site or age of node is left out for its place in the list. */
export function sampleEvenly<Item>(items: readonly Item[], most: number): Item[] {
  if (items.length <= most) return [...items];
  return Array.from({ length: most }, (_, index) => items[Math.floor((index * items.length) / most)]).filter((item) => item !== undefined);
}

/**
 * The control cohort of a wave: for each of its nodes the ones that stayed behind and were nearest to it before anything
 * changed, by `levelBefore`. A node is taken once; wave nodes are served in turn, so that none takes all that are near.
 */
export function matchControls(wave: readonly NodeEvidence[], control: readonly NodeEvidence[], levelBefore: (node: NodeEvidence) => number): NodeEvidence[] {
  if (wave.length === 0 || control.length <= wave.length * controlsPerNode) return [...control];
  const free = control.map((node) => ({ node, level: levelBefore(node) })).sort((a, b) => a.level - b.level || (a.node.node < b.node.node ? -1 : 1));
  const matched: NodeEvidence[] = [];
  for (let turn = 0; turn < controlsPerNode; turn += 1) {
    for (const node of wave) {
      const nearest = nearestPlace(free, levelBefore(node));
      const [taken] = free.splice(nearest, 1);
      if (taken !== undefined) matched.push(taken.node);
    }
  }
  return matched;
}

function nearestPlace(ascending: readonly { level: number }[], level: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle]?.level ?? 0) < level) low = middle + 1;
    else high = middle;
  }
  const [above, below] = [ascending[low], ascending[low - 1]];
  if (above === undefined) return Math.max(0, low - 1);
  return below !== undefined && level - below.level <= above.level - level ? low - 1 : low;
}
