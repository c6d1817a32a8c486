import { Readable } from 'node:stream';
import { beforeAll, describe, expect, it } from 'vitest';
import { aNode } from '../nodes/testing/a-node.ts';
import { aToken, aUser, callAs, testWorld } from '../testing/index.ts';
import type { TestWorld } from '../testing/index.ts';
import { performChange, recordRefusalOfCall } from './index.ts';
import { signCheckpoint } from '../bundles/index.ts';
import { exportChain, verifyChain } from './service.ts';
import { verifyExport } from './verify-export.ts';

let world: TestWorld;
beforeAll(async () => {
  world = await testWorld();
});

async function write(organizationId: string, name: string, after: unknown = { name }): Promise<void> {
  await performChange(world.deps, aUser(organizationId), async ({ record }) => record({ action: 'fleet.create', object: { kind: 'fleet', id: name, name }, after }));
}

describe('audit chain (I8)', () => {
  it('has no gap and no fork after 50 writers at once', async () => {
    const organization = await world.organization();
    await Promise.all(Array.from({ length: 50 }, (_, index) => write(organization, `fleet-${index}`)));
    expect(await verifyChain(world.deps, aUser(organization))).toEqual({ ok: true, entries: 50 });
    const { items, total } = await callAs(world.deps, aUser(organization)).audit.list({ limit: 200 });
    expect(total).toBe(50);
    expect(items.map((entry) => entry.sequence)).toEqual(Array.from({ length: 50 }, (_, index) => 50 - index));
  });

  it('says where it was broken, by whoever holds the database', async () => {
    const organization = await world.organization();
    for (const name of ['a', 'b', 'c']) await write(organization, name);
    await world.deps.pool.query('ALTER TABLE audit_entries DISABLE TRIGGER audit_entries_are_final');
    await world.deps.pool.query(`UPDATE audit_entries SET "actorName" = 'someone else' WHERE "organizationId" = $1 AND sequence = 2`, [organization]);
    await world.deps.pool.query('ALTER TABLE audit_entries ENABLE TRIGGER audit_entries_are_final');
    expect(await callAs(world.deps, aUser(organization)).audit.verify()).toEqual({ ok: false, entries: 3, brokenAt: 2 });
  });

  it.each(['UPDATE audit_entries SET action = $1', 'DELETE FROM audit_entries WHERE action <> $1'])('refuses %s', async (statement) => {
    await expect(world.deps.pool.query(statement, ['x'])).rejects.toThrow('appended only');
  });

  it('writes nothing when the change fails, neither state nor entry nor event', async () => {
    const organization = await world.organization();
    const failing = performChange(world.deps, aUser(organization), async ({ tx, record, publish }) => {
      record({ action: 'organization.rename', object: { kind: 'organization', id: organization, name: 'x' } });
      publish({ topic: 'settings', subjectId: organization, kind: 'updated' });
      await tx.organization.update({ where: { id: organization }, data: { name: 'changed' } });
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect((await world.deps.db.organization.findUniqueOrThrow({ where: { id: organization } })).name).toBe('Test');
    expect(await world.deps.db.outboxEvent.count({ where: { organizationId: organization } })).toBe(0);
    expect((await callAs(world.deps, aUser(organization)).audit.list({})).total).toBe(0);
  });

  it('I11: shows who is limited to fleets what was done to these and what is in them, and to what every fleet shares', async () => {
    const organization = await world.organization();
    const admin = callAs(world.deps, aUser(organization));
    const node = await aNode(world.deps, organization, { name: 'moves', labels: { site: 'a' } });
    const other = await aNode(world.deps, organization, { name: 'theirs', labels: { site: 'b' } });
    const [a, b] = [await admin.fleets.create({ name: 'a', selector: 'site=a' }), await admin.fleets.create({ name: 'b', selector: 'site=b' })];
    await admin.nodes.rename({ id: node, name: 'moved' });
    await admin.nodes.rename({ id: other, name: 'stays' });
    await admin.rules.publish({ name: 'shared', text: 'define stream S (v int);\nfrom S select v insert into O;\n' });
    await admin.identity.tokens.create({ name: 'secretly', scopes: ['rules:read'], expiresAt: world.deps.clock.now() + 3_600_000 });
    const seenIn = async (fleet: string, more: object = {}) => (await callAs(world.deps, aUser(organization, 'viewer', [fleet])).audit.list({ limit: 200, ...more })).items.map(({ action, object }) => `${action} ${object.name}`);
    expect(await seenIn(a.id)).toEqual(['rule.publish shared', 'node.rename moved', 'fleet.create a']);
    expect(await seenIn(b.id, { object: 'node' })).toEqual(['node.rename stays']);
    await admin.nodes.setLabels({ id: node, labels: { site: 'b' } });
    expect(await seenIn(a.id, { object: 'node' })).toEqual([]);
    expect(await seenIn(b.id, { object: node })).toEqual(['node.setLabels moved', 'node.rename moved']);
    await expect(callAs(world.deps, aUser(organization, 'viewer', [a.id])).audit.verify()).rejects.toMatchObject({ cause: { code: 'Forbidden' } });
  });

  it('never holds a secret', async () => {
    const organization = await world.organization();
    await write(organization, 'f', { connectors: { kafka: { password: 'hunter2', saslPassword: '${secret:KAFKA}', brokers: 'b:9092' } } });
    const [entry] = (await callAs(world.deps, aUser(organization)).audit.list({})).items;
    expect(entry?.after).toEqual({ connectors: { kafka: { password: '[redacted]', saslPassword: '${secret:KAFKA}', brokers: 'b:9092' } } });
  });

  it('is exported as JSON lines that verify', async () => {
    const organization = await world.organization();
    await write(organization, 'a');
    await recordRefusalOfCall(world.deps, aUser(organization, 'viewer'), { action: 'fleets.remove', object: { kind: 'fleets', id: 'a', name: 'a' }, reason: 'Forbidden' });
    let text = '';
    for await (const piece of exportChain(world.deps, aUser(organization), new AbortController().signal, (id, payload) => signCheckpoint(world.deps, id, payload))) text += piece;
    const lines = text.trim().split('\n').map((line) => JSON.parse(line));
    expect(lines.slice(0, 2).map((line) => [line.sequence, line.outcome])).toEqual([[1, 'done'], [2, 'refused']]);
    expect(lines[1].previousHash).toBe(lines[0].hash);
  });

  it('shows in an export every edit, removal, addition and move, and who signed its end', async () => {
    const organization = await world.organization();
    await signCheckpoint(world.deps, organization, 'the first key is an entry of its own');
    for (const name of ['a', 'b', 'c']) await write(organization, name);
    let text = '';
    for await (const piece of exportChain(world.deps, aUser(organization), new AbortController().signal, (id, payload) => signCheckpoint(world.deps, id, payload))) text += piece;
    const lines = text.trim().split('\n');
    const verdict = (changed: readonly string[], trusted?: string[]) => verifyExport(Readable.from(changed), trusted);
    const whole = await verdict(lines);
    expect(whole).toMatchObject({ whole: true, entries: lines.length - 1, keys: [expect.any(String)] });
    const [key = ''] = whole.whole ? whole.keys : [];
    expect(await verdict(lines, [key])).toMatchObject({ whole: true });
    expect(await verdict(lines, ['A'.repeat(43)])).toMatchObject({ whole: false, because: expect.stringContaining('a key that you trust') });
    const end = lines.at(-1) ?? '';
    const edits: [string, string[]][] = [
      ['an altered name', lines.map((line) => line.replace('"name":"b"', '"name":"x"'))],
      ['a removed entry', lines.toSpliced(2, 1)],
      ['a doubled entry', lines.toSpliced(2, 0, lines[1] ?? '')],
      ['a moved entry', [lines[1] ?? '', lines[0] ?? '', ...lines.slice(2)]],
      ['a removed end', lines.slice(0, -1)],
      ['a removed last entry', lines.toSpliced(-2, 1)],
      ['an altered checkpoint', [...lines.slice(0, -1), end.replace(/\\"at\\":\d/, '\\"at\\":9')]],
      ['something behind the end', [...lines, lines[0] ?? '']],
      ['a line that is no JSON', [...lines.slice(0, 1), 'nonsense', ...lines.slice(1)]],
    ];
    for (const [what, changed] of edits) expect(await verdict(changed), what).toMatchObject({ whole: false, because: expect.any(String) });
  });

  it('filters, pages and stays within the organization (I11)', async () => {
    const [ours, theirs] = [await world.organization('ours'), await world.organization('theirs')];
    for (const name of ['a', 'b', 'c']) await write(ours, name);
    await write(theirs, 'secret-fleet');
    const asViewer = callAs(world.deps, aUser(ours, 'viewer'));
    const first = await asViewer.audit.list({ limit: 2 });
    expect(first.items.map((entry) => entry.object.name)).toEqual(['c', 'b']);
    const second = await asViewer.audit.list({ limit: 2, ...(first.nextCursor === null ? {} : { cursor: first.nextCursor }) });
    expect(second.items.map((entry) => entry.object.name)).toEqual(['a']);
    expect(second.nextCursor).toBeNull();
    expect((await asViewer.audit.list({ object: 'b' })).total).toBe(1);
    expect((await asViewer.audit.list({ object: 'secret' })).total).toBe(0);
    expect((await asViewer.audit.list({ action: 'fleet' })).total).toBe(3);
    await expect(asViewer.audit.list({ cursor: 'x' })).rejects.toMatchObject({ cause: { code: 'InvalidInput' } });
  });

  it('is closed to a token without audit:read, and says so in the chain', async () => {
    const organization = await world.organization();
    await expect(callAs(world.deps, aToken(organization, ['nodes:read'])).audit.list({})).rejects.toMatchObject({ code: 'FORBIDDEN', cause: { code: 'Forbidden' } });
    const { items } = await callAs(world.deps, aUser(organization)).audit.list({});
    expect(items[0]).toMatchObject({ outcome: 'refused', action: 'audit.list', actor: { kind: 'token' } });
    await expect(callAs(world.deps, null).audit.list({})).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
  });
});
