import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Actor } from '../kernel/actor.ts';
import { DomainError } from '../kernel/errors.ts';
import { wholeOf } from '../kernel/reach.ts';
import { aNode } from '../nodes/testing/a-node.ts';
import { countStatements } from '../nodes/testing/statements.ts';
import { aUser, testWorld } from '../testing/index.ts';
import type { TestWorld } from '../testing/index.ts';
import { fleetOf } from './membership.ts';
import { listFleets, previewSelector, readFleet } from './reads.ts';
import { matches, parseSelector } from './selector.ts';
import { selectorToSql } from './selector-sql.ts';
import { createFleet, removeFleet, updateFleet } from './service.ts';

let world: TestWorld;
let actor: Actor;
let statements: () => number;
beforeAll(async () => {
  world = await testWorld();
  statements = countStatements(world.deps.pool);
});

async function fresh(): Promise<string> {
  const organizationId = await world.organization();
  actor = aUser(organizationId, 'operator');
  return organizationId;
}

const settings = { connectors: {}, store: { retentionSeconds: 3600, maxBytes: 268_435_456 }, telemetryIntervalMs: 2000, checkpointIntervalMs: 1000 };

async function fleetIdOf(nodeId: string): Promise<string | null> {
  return (await world.deps.db.node.findUniqueOrThrow({ where: { id: nodeId } })).fleetId;
}

describe('membership', () => {
  test('a new fleet takes the nodes that it names, and says so on their timeline and in the outbox', async () => {
    const organizationId = await fresh();
    const inside = await aNode(world.deps, organizationId, { labels: { site: 'a' } });
    const outside = await aNode(world.deps, organizationId, { labels: { site: 'b' } });
    const fleet = await createFleet(world.deps, actor, { name: 'pumps', selector: 'site=a', settings });
    expect(fleet.nodes).toMatchObject({ total: 1, offline: 1 });
    expect(await fleetIdOf(inside)).toBe(fleet.id);
    expect(await fleetIdOf(outside)).toBeNull();
    const notes = await world.deps.db.nodeEvent.findMany({ where: { nodeId: inside } });
    expect(notes.map((note) => note.message)).toContain('Joined the fleet pumps.');
    const moved = await world.deps.db.outboxEvent.findMany({ where: { topic: 'membership', subjectId: inside } });
    expect(moved.map((event) => event.payload)).toEqual([{ from: null, to: fleet.id }]);
  });

  test('two fleets that claim a node leave it where it is, and the console is told', async () => {
    const organizationId = await fresh();
    const node = await aNode(world.deps, organizationId, { labels: { site: 'a', line: '1' } });
    const first = await createFleet(world.deps, actor, { name: 'first', selector: 'site=a', settings });
    const second = await createFleet(world.deps, actor, { name: 'second', selector: 'line=1', settings });
    expect(await fleetIdOf(node)).toBe(first.id);
    expect((await readFleet(world.deps.db, actor, second.id, world.deps.clock.now())).overlaps).toEqual([{ fleet: { id: first.id, name: 'first' }, nodes: 1 }]);
    await updateFleet(world.deps, actor, { id: first.id, version: 1, selector: 'site=b' });
    expect(await fleetIdOf(node)).toBe(second.id);
  });

  test('a node that two fleets claim from the beginning is in neither', async () => {
    const organizationId = await fresh();
    await createFleet(world.deps, actor, { name: 'first', selector: 'site=a', settings });
    await createFleet(world.deps, actor, { name: 'second', selector: 'line=1', settings });
    const node = await aNode(world.deps, organizationId, { labels: { site: 'a', line: '1' } });
    expect(await fleetIdOf(node)).toBeNull();
  });

  test('a fleet that is removed leaves its nodes to the one that still claims them', async () => {
    const organizationId = await fresh();
    const both = await aNode(world.deps, organizationId, { labels: { site: 'a', line: '1' } });
    const one = await aNode(world.deps, organizationId, { labels: { site: 'a' } });
    const first = await createFleet(world.deps, actor, { name: 'first', selector: 'site=a', settings });
    const second = await createFleet(world.deps, actor, { name: 'second', selector: 'line=1', settings });
    expect(await removeFleet(world.deps, actor, first.id)).toEqual({ removed: true, nodesLeft: 1 });
    expect(await fleetIdOf(both)).toBe(second.id);
    expect(await fleetIdOf(one)).toBeNull();
  });

  test('I10: a selector change that touches one node takes as many statements in a fleet of 3 as in one of 100', async () => {
    const counts: number[] = [];
    for (const size of [3, 100]) {
      const organizationId = await fresh();
      for (let i = 0; i < size; i++) await aNode(world.deps, organizationId, { labels: { site: 'a' } });
      await aNode(world.deps, organizationId, { labels: { site: 'b' } });
      const fleet = await createFleet(world.deps, actor, { name: 'pumps', selector: 'site=a', settings });
      const before = statements();
      await updateFleet(world.deps, actor, { id: fleet.id, version: 1, selector: 'site in (a, b)' });
      counts.push(statements() - before);
    }
    expect(counts[0]).toBe(counts[1]);
  });

  test('the database decides as fleetOf does, and selects as matches does', async () => {
    const label = fc.constantFrom('a', 'b', 'c');
    const labels = fc.dictionary(fc.constantFrom('site', 'line'), label);
    const text = fc.oneof(
      label.map((value) => `site=${value}`),
      label.map((value) => `line!=${value}`),
      fc.constantFrom('site', '!line', '*', 'site in (a, b)', 'line not in (b, c), site', 'site=a, line=b'),
    );
    await fc.assert(
      fc.asyncProperty(labels, text, async (given, selectorText) => {
        const parsed = parseSelector(selectorText);
        if (!parsed.ok) throw new Error(parsed.error.message);
        const condition = selectorToSql(parsed.selector, '$1::jsonb', 2);
        const [row] = await world.deps.db.$queryRawUnsafe<{ yes: boolean }[]>(`SELECT $1::jsonb IS NOT NULL AND (${condition.text}) AS yes`, JSON.stringify(given), ...condition.parameters);
        expect(row?.yes).toBe(matches(parsed.selector, given));
      }),
      { numRuns: 60 },
    );
    expect(fleetOf(null, ['a', 'b'])).toBeNull();
    expect(fleetOf('b', ['a', 'b'])).toBe('b');
    expect(fleetOf('c', ['a', 'b'])).toBeNull();
    expect(fleetOf('c', ['a'])).toBe('a');
  });
});

describe('preview', () => {
  test('says what would join, leave, move and overlap', async () => {
    const organizationId = await fresh();
    const [joins, leaves, moves, overlaps] = await Promise.all([
      aNode(world.deps, organizationId, { name: 'joins', labels: { site: 'new' } }),
      aNode(world.deps, organizationId, { name: 'leaves', labels: { site: 'old' } }),
      aNode(world.deps, organizationId, { name: 'moves', labels: { site: 'old', line: '1' } }),
      aNode(world.deps, organizationId, { name: 'overlaps', labels: { site: 'new', line: '1' } }),
    ]);
    const fleet = await createFleet(world.deps, actor, { name: 'mine', selector: 'site=old', settings });
    const other = await createFleet(world.deps, actor, { name: 'other', selector: 'line=1', settings });
    const preview = await previewSelector(world.deps.db, organizationId, { id: fleet.id, selector: 'site=new' }, 0);
    expect(preview).toMatchObject({ error: null, total: 2 });
    expect(preview.added.nodes.map((node) => node.id)).toEqual([joins]);
    expect(preview.removed.nodes.map((node) => node.id)).toEqual([leaves]);
    expect(preview.moved.nodes).toMatchObject([{ id: moves, from: 'mine', to: 'other' }]);
    expect(preview.overlaps).toMatchObject([{ fleet: { id: other.id }, nodes: 1, sample: [{ id: overlaps }] }]);
  });

  test('says where a selector is wrong instead of failing', async () => {
    const organizationId = await fresh();
    expect((await previewSelector(world.deps.db, organizationId, { selector: 'site=' }, 0)).error).toEqual({ message: 'expected a value for “site”', from: 5, to: 5 });
  });
});

describe('rules of editing', () => {
  test('the version that was read must still hold', async () => {
    await fresh();
    const fleet = await createFleet(world.deps, actor, { name: 'pumps', selector: '*', settings });
    await updateFleet(world.deps, actor, { id: fleet.id, version: 1, name: 'pump-loop' });
    await expect(updateFleet(world.deps, actor, { id: fleet.id, version: 1, name: 'valves' })).rejects.toMatchObject({ code: 'Conflict' });
  });

  test('a name is taken once, a selector must parse, and neither leaves a trace', async () => {
    const organizationId = await fresh();
    await createFleet(world.deps, actor, { name: 'pumps', selector: '*', settings });
    await expect(createFleet(world.deps, actor, { name: 'pumps', selector: '*', settings })).rejects.toMatchObject({ code: 'NameTaken' });
    await expect(createFleet(world.deps, actor, { name: 'other', selector: 'site=', settings })).rejects.toBeInstanceOf(DomainError);
    const list = await listFleets(world.deps.db, wholeOf(organizationId), { limit: 50, sort: 'name' }, world.deps.clock.now());
    expect(list.items.map((fleet) => fleet.name)).toEqual(['pumps']);
  });

  test('a secret itself is not taken among its settings, by whomever it is sent; one that is named is', async () => {
    await fresh();
    const connectors = (password: string) => ({ ...settings, connectors: { kafka: { brokers: 'b:9092', 'sasl.password': password } } });
    const refused = { code: 'InvalidInput', message: 'settings.connectors.kafka.sasl.password: sasl.password is a secret and must not stand here; write ${secret:NAME} and keep it on the nodes.' };
    await expect(createFleet(world.deps, actor, { name: 'pumps', selector: '*', settings: connectors('hunter22') })).rejects.toMatchObject(refused);
    const fleet = await createFleet(world.deps, actor, { name: 'pumps', selector: '*', settings: connectors('${secret:KAFKA}') });
    await expect(updateFleet(world.deps, actor, { id: fleet.id, version: 1, settings: connectors('hunter22') })).rejects.toMatchObject(refused);
    await updateFleet(world.deps, actor, { id: fleet.id, version: 1, settings: connectors('') });
  });

  test('I11: a fleet of another organization is not there', async () => {
    await fresh();
    const fleet = await createFleet(world.deps, actor, { name: 'pumps', selector: '*', settings });
    await fresh();
    await expect(updateFleet(world.deps, actor, { id: fleet.id, version: 1, name: 'mine' })).rejects.toMatchObject({ code: 'NotFound' });
    await expect(removeFleet(world.deps, actor, fleet.id)).rejects.toMatchObject({ code: 'NotFound' });
    await expect(readFleet(world.deps.db, actor, fleet.id, world.deps.clock.now())).rejects.toMatchObject({ code: 'NotFound' });
  });
});
