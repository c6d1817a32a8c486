import type { GraphEdge, GraphNode, QueryGraph } from '@selvedge/edge-runtime/cep/language-service';

export interface PlacedNode extends GraphNode {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface PlacedEdge extends GraphEdge {
  /** A line through points, drawn smooth. */
  path: string;
}

export interface GraphLayout {
  nodes: readonly PlacedNode[];
  edges: readonly PlacedEdge[];
  width: number;
  height: number;
}

const NODE_WIDTH = 172;
/** Narrower, a name says nothing any more; the graph then scrolls sideways. */
const NODE_WIDTH_MIN = 108;
const TALL = 44;
const SMALL = 28;
const GAP_X = 14;
const GAP_Y = 26;
const MARGIN = 16;
/** Sweeps down and up that bring a node near what it is joined to; more change nothing that a person sees. */
const SWEEPS = 4;

/**
 * Puts a graph in layers from what comes in above to what goes out below, by Sugiyama's steps: take cycles apart, give each
 * node the layer below everything that feeds it, order the layers by the mean place of their neighbours, and set them apart.
 * The same graph always has the same layout, and nodes keep the order of the text where nothing else decides. `room`, in pixels,
 * makes nodes narrower where the widest layer would not fit.
 */
export function layOut({ nodes, edges }: QueryGraph, room = Infinity): GraphLayout {
  const layers = orderLayers(layersOf(nodes, edges), edges);
  const most = Math.max(0, ...layers.map((layer) => layer.length));
  const nodeWidth = Math.max(NODE_WIDTH_MIN, Math.min(NODE_WIDTH, Math.floor((room - 2 * MARGIN + GAP_X) / Math.max(1, most)) - GAP_X));
  const widthOf = (count: number) => Math.max(0, count * (nodeWidth + GAP_X) - GAP_X);
  const widest = widthOf(most);
  const placed = new Map<string, PlacedNode>();
  let y = MARGIN;
  for (const layer of layers) {
    const height = Math.max(...layer.map(heightOf));
    let x = MARGIN + (widest - widthOf(layer.length)) / 2;
    for (const node of layer) {
      placed.set(node.id, { ...node, x, y: y + (height - heightOf(node)) / 2, width: nodeWidth, height: heightOf(node) });
      x += nodeWidth + GAP_X;
    }
    y += height + GAP_Y;
  }
  const lines = edges.flatMap((edge): PlacedEdge[] => {
    const [from, to] = [placed.get(edge.from), placed.get(edge.to)];
    return from === undefined || to === undefined ? [] : [{ ...edge, path: pathBetween(from, to) }];
  });
  return { nodes: [...placed.values()], edges: lines, width: widest + 2 * MARGIN, height: Math.max(2 * MARGIN, y - GAP_Y + MARGIN) };
}

function heightOf({ kind }: GraphNode): number {
  return kind === 'query' ? TALL : SMALL;
}

/** The longest way from a beginning decides the layer; edges that close a cycle are left out of it. */
function layersOf(nodes: readonly GraphNode[], edges: readonly GraphEdge[]): GraphNode[][] {
  const into = new Map<string, string[]>();
  for (const { from, to } of edges) into.set(to, [...(into.get(to) ?? []), from]);
  const layerOf = new Map<string, number>();
  const open = new Set<string>();
  const visit = (id: string): number => {
    const known = layerOf.get(id);
    if (known !== undefined) return known;
    open.add(id);
    const layer = Math.max(-1, ...(into.get(id) ?? []).filter((one) => !open.has(one)).map(visit)) + 1;
    open.delete(id);
    layerOf.set(id, layer);
    return layer;
  };
  for (const { id } of nodes) visit(id);
  // What only begins stands right above what it feeds: a table or a model beside the query that looks into it.
  for (const { id } of nodes) {
    const next = edges.filter((one) => one.from === id).map((one) => layerOf.get(one.to) ?? 0);
    if ((into.get(id)?.length ?? 0) === 0 && next.length > 0) layerOf.set(id, Math.max(0, Math.min(...next) - 1));
  }
  const layers: GraphNode[][] = [];
  for (const node of nodes) (layers[layerOf.get(node.id) ?? 0] ??= []).push(node);
  return layers.filter((layer) => layer !== undefined && layer.length > 0);
}

function orderLayers(layers: GraphNode[][], edges: readonly GraphEdge[]): GraphNode[][] {
  const neighbours = new Map<string, string[]>();
  for (const { from, to } of edges) {
    neighbours.set(from, [...(neighbours.get(from) ?? []), to]);
    neighbours.set(to, [...(neighbours.get(to) ?? []), from]);
  }
  let ordered = layers;
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const place = new Map(ordered.flatMap((layer) => layer.map((node, index) => [node.id, index - (layer.length - 1) / 2] as const)));
    const mean = (node: GraphNode): number => {
      const near = (neighbours.get(node.id) ?? []).flatMap((one) => place.get(one) ?? []);
      return near.length === 0 ? (place.get(node.id) ?? 0) : near.reduce((sum, one) => sum + one, 0) / near.length;
    };
    ordered = ordered.map((layer) => layer.map((node) => ({ node, at: mean(node) })).sort((left, right) => left.at - right.at).map((one) => one.node));
  }
  return ordered;
}

function pathBetween(from: PlacedNode, to: PlacedNode): string {
  const [x1, y1] = [from.x + from.width / 2, from.y + from.height];
  const [x2, y2] = [to.x + to.width / 2, to.y];
  if (y2 >= y1) {
    const bend = Math.max(8, (y2 - y1) / 2);
    return `M${x1} ${y1}C${x1} ${y1 + bend} ${x2} ${y2 - bend} ${x2} ${y2}`;
  }
  // Back up: round the side.
  const side = Math.max(from.x + from.width, to.x + to.width) + 10;
  return `M${from.x + from.width} ${from.y + from.height / 2}C${side} ${from.y + from.height / 2} ${side} ${to.y + to.height / 2} ${to.x + to.width} ${to.y + to.height / 2}`;
}
