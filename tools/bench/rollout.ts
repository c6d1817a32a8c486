import { rolloutPolicySchema } from '../../server/deployments/schema.ts';
import { play } from '../../server/rehearsal/play.ts';
import type { Twin } from '../../server/rehearsal/twin.ts';
import type { Table } from './table.ts';

const sizes = [1_000, 10_000, 100_000];
/** The last node of each wave, as a share of the fleet. */
const waveEnds = [0.01, 0.1, 0.5, 1];
const startsAt = 1_800_000_000_000;
const policy = rolloutPolicySchema.parse({ bakeSeconds: 600, failureThresholdPercent: 1 });

/** A whole rollout by the real planner in virtual time, on one thread: what a rehearsal of a fleet of that size takes. */
export async function measureRollouts(): Promise<Table[]> {
  const rows: string[][] = [];
  for (const size of sizes) {
    const from = process.cpuUsage();
    const { state, endedAt, offline, failed } = await play({ policy, twins: Array.from({ length: size }, (_, index) => aTwin(index, size)), startsAt, pool: [], breathe: () => Promise.resolve() }, 1);
    const { user, system } = process.cpuUsage(from);
    rows.push([size.toLocaleString('en'), `${state} after ${Math.round((endedAt - startsAt) / 60_000)} min`, String(offline), String(failed), `${((user + system) / 1e6).toFixed(1)} s`]);
  }
  return [
    {
      title: 'A rollout in virtual time',
      about: 'The planner against twins of a fleet’s nodes: waves of 1, 10, 50 and 100 %, ten minutes of bake each, a quarter of the nodes at once. A node takes 3 to 31 s, one in two thousand fails, one in fifty is away, one in twenty comes and goes.',
      columns: ['nodes', 'outcome', 'away at the end', 'failed', 'processor'],
      rows,
    },
  ];
}

function aTwin(index: number, size: number): Twin {
  return {
    node: `n${index}`,
    name: `n${index}`,
    wave: waveEnds.findIndex((end) => index < end * size),
    labels: {},
    fetches: true,
    connected: index % 50 !== 0,
    activations: [3_000, 9_000, 30_000 + (index % 977)],
    failShare: 0.0005,
    habit: index % 20 === 0 ? { upMs: 3_600_000, awayMs: 600_000 } : null,
    hour: null,
  };
}
