import { nodesPerToken, type Order, orderSchema } from './order.ts';
import { SimNode } from './sim-node.ts';
import { Tally } from './tally.ts';

type Join = Extract<Order, { do: 'join' }>;

/** Nodes of one site share an address, as behind one router. */
const nodesPerSite = 100;

interface Member {
  readonly node: SimNode;
  end: AbortController;
  ended: Promise<void>;
}

const tally = new Tally();
const members: Member[] = [];
let flapping: NodeJS.Timeout | undefined;

process.on('message', (message) => {
  const order = orderSchema.parse(message);
  if (order.do === 'join') void join(order);
  else if (order.do === 'flap') flap(order);
  else if (order.do === 'calm') clearInterval(flapping);
  else if (order.do === 'restart-tally') tally.restart();
  process.send?.(tally.view);
});
// Whoever started the crew is gone: so are its nodes.
process.on('disconnect', () => process.exit(0));

async function join({ url, tokens, first, count, perSecond, telemetryMs, activationMs }: Join): Promise<void> {
  const from = performance.now();
  for (let index = first; index < first + count; index += 1) {
    const waitMs = ((index - first) / perSecond) * 1000 - (performance.now() - from);
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    const site = Math.floor(index / nodesPerSite) + 1;
    const name = `sim-${String(index).padStart(6, '0')}`;
    const node = await SimNode.create({ name, url, localAddress: `127.${1 + (site >> 16)}.${(site >> 8) & 255}.${site & 255}`, token: tokens[Math.floor(index / nodesPerToken)] ?? '', telemetryMs, activationMs, tally });
    members.push(begin(node));
  }
}

function begin(node: SimNode): Member {
  const end = new AbortController();
  return { node, end, ended: node.run(end.signal) };
}

/** A share of the nodes loses its network now and then, each at a time of its own. */
function flap({ share, everyMs, awayMs }: Extract<Order, { do: 'flap' }>): void {
  clearInterval(flapping);
  const restless = members.slice(0, Math.round(members.length * share));
  const tickMs = 100;
  flapping = setInterval(() => {
    for (const member of restless) if (Math.random() < tickMs / everyMs) void leaveAndReturn(member, awayMs);
  }, tickMs);
}

async function leaveAndReturn(member: Member, awayMs: number): Promise<void> {
  if (member.end.signal.aborted) return;
  member.end.abort();
  await member.ended;
  await new Promise((resolve) => setTimeout(resolve, awayMs));
  Object.assign(member, begin(member.node));
}
