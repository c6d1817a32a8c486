/** Above so many steps the distribution is not counted out, and its normal limit is taken. */
const exactStepsMax = 50_000_000;

/**
 * The chance that `first` ranks as high as it does, or higher, when the two samples are of one distribution: the one-sided
 * rank-sum test of Wilcoxon, ties at their middle ranks. Exact for samples of some hundred, by counting the subsets of each
 * sum; beyond, by the normal limit with corrections for ties and continuity. 1 when either is empty.
 */
export function rankSumGreater(first: readonly number[], second: readonly number[]): number {
  if (first.length === 0 || second.length === 0) return 1;
  const ranks = doubledRanks([...first, ...second]);
  const observed = ranks.slice(0, first.length).reduce((sum, rank) => sum + rank, 0);
  const highest = [...ranks].sort((a, b) => b - a).slice(0, first.length).reduce((sum, rank) => sum + rank, 0);
  const exact = ranks.length * first.length * highest <= exactStepsMax;
  return exact ? exactTail(ranks, first.length, observed, highest) : normalTail(ranks, first.length, observed);
}

/** The least chance that samples of these sizes can show: below it no difference, however large, can be told from luck. */
export function leastChance(first: number, second: number): number {
  if (first === 0 || second === 0) return 1;
  let subsets = 1;
  for (let taken = 1; taken <= first; taken += 1) subsets = (subsets * (second + taken)) / taken;
  return 1 / subsets;
}

/** The median of all differences between the samples (Hodges and Lehmann): how far `first` lies above `second`. */
export function shiftBetween(first: readonly number[], second: readonly number[]): number {
  const differences = first.flatMap((one) => second.map((other) => one - other)).sort((a, b) => a - b);
  return middleOf(differences);
}

/** Of values in ascending order; NaN of none. */
export function middleOf(ascending: readonly number[]): number {
  const half = ascending.length >> 1;
  const upper = ascending[half] ?? Number.NaN;
  return ascending.length % 2 === 1 ? upper : ((ascending[half - 1] ?? Number.NaN) + upper) / 2;
}

/** Twice the rank of each value, which is whole also where values tie. */
function doubledRanks(values: readonly number[]): number[] {
  const order = values.map((value, index) => ({ value, index })).sort((a, b) => a.value - b.value);
  const ranks = new Array<number>(values.length).fill(0);
  for (let start = 0; start < order.length; ) {
    let end = start;
    while (end < order.length && order[end]?.value === order[start]?.value) end += 1;
    for (const { index } of order.slice(start, end)) ranks[index] = start + end + 1;
    start = end;
  }
  return ranks;
}

/** How many subsets of `size` ranks have each sum, built up a rank at a time; the share of those at or above `observed`. */
function exactTail(ranks: readonly number[], size: number, observed: number, highest: number): number {
  const ways = Array.from({ length: size + 1 }, () => new Float64Array(highest + 1));
  const [none] = ways;
  if (none !== undefined) none[0] = 1;
  for (const rank of ranks) {
    for (let taken = size; taken >= 1; taken -= 1) {
      const [from, into] = [ways[taken - 1], ways[taken]];
      if (from === undefined || into === undefined) continue;
      for (let sum = highest; sum >= rank; sum -= 1) into[sum] = (into[sum] ?? 0) + (from[sum - rank] ?? 0);
    }
  }
  const sums = ways[size] ?? new Float64Array();
  let [above, all] = [0, 0];
  for (const [sum, count] of sums.entries()) {
    all += count;
    if (sum >= observed) above += count;
  }
  return above / all;
}

function normalTail(ranks: readonly number[], size: number, observed: number): number {
  const total = ranks.length;
  const others = total - size;
  const mean = size * (total + 1);
  const spread = ranks.reduce((sum, rank) => sum + (rank - (total + 1)) ** 2, 0);
  const variance = (size * others * spread) / (total * (total - 1));
  if (variance === 0) return 1;
  return upperNormal((observed - mean - 1) / Math.sqrt(variance));
}

/** The upper tail of the standard normal distribution, by the continued fraction of Mills' ratio in the tail and a series near the middle. */
function upperNormal(z: number): number {
  if (z < 0) return 1 - upperNormal(-z);
  const density = Math.exp(-(z * z) / 2) / Math.sqrt(2 * Math.PI);
  if (z > 2.5) {
    let fraction = z;
    for (let term = 60; term >= 1; term -= 1) fraction = z + term / fraction;
    return density / fraction;
  }
  let [term, sum] = [z, z];
  for (let odd = 3; term > 1e-17; odd += 2) {
    term *= (z * z) / odd;
    sum += term;
  }
  return 0.5 - density * sum;
}
