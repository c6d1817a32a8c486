import { RuleDocument } from '@selvedge/edge-runtime/cep/language-service';
import { expect, it } from 'vitest';
import { layOut } from './graph-layout.ts';

const layoutOf = (text: string) => layOut(new RuleDocument(text).graph);
const chain = `@source(type='kafka', topic='t', @map(type='json')) define stream S (a int);
@info(name='one') from S select a insert into T; @info(name='two') from T select a insert into U;`;

it('puts what is fed below what feeds it', () => {
  const { nodes } = layoutOf(chain);
  const byHeight = [...nodes].sort((left, right) => left.y - right.y).map((one) => one.label);
  expect(byHeight).toEqual(['kafka', 'S', 'one', 'T', 'two', 'U']);
  expect(new Set(nodes.map((one) => one.x + one.width / 2)).size).toBe(1);
});

it('lets no two nodes touch and keeps all within its measure', () => {
  const many = Array.from({ length: 12 }, (_, index) => `from S[a > ${index}] select a insert into T${index % 4};`).join('\n');
  const { nodes, width, height } = layoutOf(`define stream S (a int); define table K (a int);\n${many}\nfrom S join K on S.a == K.a select S.a as a insert into T0;`);
  for (const one of nodes) {
    expect(one.x).toBeGreaterThanOrEqual(0);
    expect(one.x + one.width).toBeLessThanOrEqual(width);
    expect(one.y + one.height).toBeLessThanOrEqual(height);
    for (const other of nodes) if (one !== other) expect(one.x + one.width <= other.x || other.x + other.width <= one.x || one.y + one.height <= other.y || other.y + other.height <= one.y).toBe(true);
  }
});

it('makes nodes narrower to fit the room, as far as they can still be read', () => {
  const { graph } = new RuleDocument('define stream S (a int); define table K (a int); from S join K on S.a == K.a select S.a as a insert into T;');
  const whole = layOut(graph);
  expect(layOut(graph, whole.width).nodes).toEqual(whole.nodes);
  const narrow = layOut(graph, whole.width - 60);
  expect(narrow.width).toBeLessThanOrEqual(whole.width - 60);
  expect(narrow.nodes.every((node) => node.x + node.width <= narrow.width)).toBe(true);
  expect(layOut(graph, 10).width).toBeGreaterThan(200);
});

it('draws a rule that feeds itself, and nothing of nothing', () => {
  const { nodes, edges } = layoutOf('define stream S (a int); from S[a < 5] select a + 1 as a insert into S;');
  expect(nodes).toHaveLength(2);
  expect(edges).toHaveLength(2);
  expect(layoutOf('')).toMatchObject({ nodes: [], edges: [] });
});
