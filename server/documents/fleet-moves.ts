import type { FleetPreview } from '../fleets/schema.ts';

const namesMax = 5;

/** What another selector does to nodes, as comments of a difference: who joins, who is left without a fleet, who moves, and whom others claim as well. */
export function movesBetween({ total, added, removed, moved, overlaps, joining }: FleetPreview): string[] {
  const target = Map.groupBy(moved.nodes, ({ to }) => to);
  return [
    `# ${nodes(total)} would match: +${added.total}, -${removed.total}${listed(' joins', added)}${listed(' is left without a fleet', removed)}`,
    ...(moved.total > 0 ? [`# ${moved.total} move to ${[...target.keys()].join(', ')}${listed('', moved)}`] : []),
    ...joining.map(({ says }) => `# ${says}`),
    ...overlaps.map((overlap) => `# ${overlap.nodes} in ${overlap.fleet.name} as well, and stay where they are until one claims them alone (MultipleOwners)${listed('', { total: overlap.nodes, nodes: overlap.sample })}`),
  ];
}

function nodes(count: number): string {
  return `${count} node${count === 1 ? '' : 's'}`;
}

function listed(verb: string, { total, nodes: some }: { total: number; nodes: readonly { name: string }[] }): string {
  if (total === 0) return '';
  const names = some.slice(0, namesMax).map(({ name }) => name).join(', ');
  const rest = total > namesMax ? ` and ${total - namesMax} more` : '';
  return verb === '' ? ` (${names}${rest})` : `; ${names}${rest}${total === 1 ? verb : verb.replace('joins', 'join').replace(' is ', ' are ')}`;
}
