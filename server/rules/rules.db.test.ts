import { beforeAll, describe, expect, test } from 'vitest';
import { anUpload, onnxFixture } from '../models/testing/an-upload.ts';
import { aUser, callAs, testWorld } from '../testing/index.ts';
import type { TestWorld } from '../testing/index.ts';

const plain = (threshold: number): string => `@source(type='http', path='/readings', @map(type='json'))
define stream Readings (pump string, flow double);
@sink(type='log')
define stream Low (pump string, flow double);
from Readings[flow < ${threshold}] select pump, flow insert into Low;
`;
const withModel = (call: string): string => `define stream Features (flow double, jitter double, peak double);
from Features#model:predict(${call}) select flow, score insert into Scored;
`;

let world: TestWorld;
let organization: string;
beforeAll(async () => {
  world = await testWorld();
  organization = await world.organization();
  const author = aUser(organization, 'author');
  const upload = await anUpload(world.deps, author, await onnxFixture('weighted-sum'));
  await as('author').models.publish({ name: 'pump', upload, columns: ['flow', 'jitter', 'peak'] });
  await as('author').models.setAlias({ name: 'pump', alias: 'champion', version: 1 });
});
const as = (role: Parameters<typeof aUser>[1]) => callAs(world.deps, aUser(organization, role));

describe('a draft', () => {
  test('need not be right, makes the rule, and goes when it is published', async () => {
    const saved = await as('author').rules.saveDraft({ name: 'drafted', text: 'from nowhere' });
    expect(saved.revision).toBe(1);
    expect((await as('viewer').rules.get({ name: 'drafted' })).draft).toMatchObject({ text: 'from nowhere', basedOn: null });
    await as('author').rules.publish({ name: 'drafted', text: plain(1) });
    expect((await as('viewer').rules.get({ name: 'drafted' })).draft).toBeNull();
  });

  test('does not overwrite what another person saved meanwhile', async () => {
    await as('author').rules.saveDraft({ name: 'shared', text: 'one' });
    await as('author').rules.saveDraft({ name: 'shared', text: 'two', revision: 1 });
    await expect(as('author').rules.saveDraft({ name: 'shared', text: 'three', revision: 1 })).rejects.toMatchObject({ cause: { code: 'Conflict' } });
    await as('author').rules.discardDraft({ name: 'shared' });
    await expect(as('viewer').rules.get({ name: 'shared' })).rejects.toMatchObject({ cause: { code: 'NotFound' } });
  });
});

describe('publishing', () => {
  test('keeps the text for ever, with its analysis', async () => {
    const published = await as('author').rules.publish({ name: 'low-flow', text: plain(40), note: 'first' });
    expect(published.version).toBe(1);
    const version = await as('viewer').rules.version({ name: 'low-flow', version: 1 });
    expect(version.text).toBe(plain(40));
    expect(version.analysis.sources).toMatchObject([{ type: 'http', stream: 'Readings', options: { path: '/readings' } }]);
    await expect(world.deps.pool.query('DELETE FROM rule_versions')).rejects.toThrow(/cannot be changed/);
    const artefact = await world.deps.db.artefact.count({ where: { organizationId: organization, digest: published.digest } });
    expect(artefact).toBe(1);
  });

  test('of several at once gives each a number of its own, without gaps', async () => {
    const texts = Array.from({ length: 8 }, (_, index) => plain(index + 100));
    const published = await Promise.all(texts.map((text) => as('author').rules.publish({ name: 'raced', text })));
    expect(published.map((version) => version.version).sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test('of the same text again is refused', async () => {
    await expect(as('author').rules.publish({ name: 'low-flow', text: plain(40) })).rejects.toThrow(/Version 1 of low-flow is this text already/);
  });

  test.each([
    ['does not parse', 'define stream S (a int', /^Line 1/],
    ['holds a secret itself', `define stream S (a int);\n@sink(type='http', url='http://b', password='hunter22', @map(type='json'))\ndefine stream T (a int);\nfrom S select a insert into T;`, /^Line 2, column 36: password is a secret and must not stand here; write \$\{secret:NAME\}/],
    ['does not type-check', `define stream S (a string);\nfrom S[a > 3] select a insert into T;`, /^Line 2/],
    ['names a stream that does not exist', 'from Nowhere select * insert into T;', /Nowhere/],
    ['names a model that does not exist', withModel(`'nobody@champion', flow, jitter, peak`), /no model “nobody”/],
    ['names an alias that does not exist', withModel(`'pump@challenger', flow, jitter, peak`), /no alias “challenger”/],
    ['gives a model too few values', withModel(`'pump@champion', flow, jitter`), /./],
    ['gives a model a value of another type', `define stream Features (flow string);\nfrom Features#model:predict('pump@champion', flow, flow, flow) select score insert into Scored;`, /./],
    ['uses an output that the model does not have', withModel(`'pump@champion', flow, jitter, peak`).replace('score insert', 'verdict insert'), /verdict/],
  ])('of a text that %s is refused with the place', async (_, text, message) => {
    const attempt = as('author').rules.publish({ name: 'refused', text });
    await expect(attempt).rejects.toMatchObject({ cause: { code: 'RuleRefused', message: expect.stringMatching(message), details: { diagnostics: [expect.objectContaining({ line: expect.any(Number) })] } } });
    await expect(as('viewer').rules.get({ name: 'refused' })).rejects.toMatchObject({ cause: { code: 'NotFound' } });
  });

  test('type-checks the whole chain: stream, rule, model, stream', async () => {
    const text = withModel(`'pump@champion', flow, jitter, peak`);
    const analysis = await as('author').rules.check({ text });
    expect(analysis).toMatchObject({ ok: true, models: [{ reference: 'pump@champion', version: 1 }] });
    expect(analysis.streams.find((stream) => stream.name === 'Scored')?.attributes).toEqual([{ name: 'flow', type: 'double' }, { name: 'score', type: 'float' }]);
    await as('author').rules.publish({ name: 'scored', text });
    expect((await as('viewer').models.get({ name: 'pump' })).usedBy).toEqual([{ rule: 'scored', version: 1, reference: 'pump@champion' }]);
  });

  test('of garbage, huge or deep text is refused and does not take the process with it', async () => {
    for (const text of ['\u0000\uffff%$§'.repeat(1000), '('.repeat(200_000), `define stream S (${'a int, '.repeat(20_000)}b int);`]) {
      await expect(as('author').rules.publish({ name: 'garbage', text })).rejects.toMatchObject({ cause: expect.objectContaining({ code: expect.stringMatching(/RuleRefused|InvalidInput/) }) });
    }
    await expect(as('author').rules.publish({ name: 'garbage', text: 'x'.repeat(300_000) })).rejects.toThrow();
  });
});

describe('who may', () => {
  test.each(['viewer', 'operator'] as const)('a %s reads and checks, and does not write', async (role) => {
    await expect(as(role).rules.check({ text: plain(1) })).resolves.toMatchObject({ ok: true });
    await expect(as(role).rules.publish({ name: 'low-flow', text: plain(2) })).rejects.toMatchObject({ cause: { code: 'Forbidden' } });
    await expect(as(role).rules.saveDraft({ name: 'low-flow', text: '' })).rejects.toMatchObject({ cause: { code: 'Forbidden' } });
    expect((await as(role).rules.get({ name: 'low-flow' })).can.publish.allowed).toBe(false);
  });

  test('another organization sees nothing of it, and may use the same names', async () => {
    const other = callAs(world.deps, aUser(await world.organization('Other'), 'administrator'));
    expect((await other.rules.list({})).items).toEqual([]);
    await expect(other.rules.get({ name: 'low-flow' })).rejects.toMatchObject({ cause: { code: 'NotFound' } });
    await expect(other.rules.version({ name: 'low-flow', version: 1 })).rejects.toMatchObject({ cause: { code: 'NotFound' } });
    expect(await other.rules.publish({ name: 'low-flow', text: plain(40) })).toMatchObject({ version: 1 });
    expect(await other.rules.check({ text: withModel(`'pump@champion', flow, jitter, peak`) })).toMatchObject({ ok: false });
  });

  test('pages go on where they ended, in either order', async () => {
    await as('author').rules.saveDraft({ name: 'unpublished-a', text: '' });
    await as('author').rules.saveDraft({ name: 'unpublished-b', text: '' });
    for (const sort of ['name', '-name', 'publishedAt', '-publishedAt'] as const) {
      const seen: string[] = [];
      for (let cursor: string | undefined; ; ) {
        const page = await as('viewer').rules.list({ limit: 1, sort, ...(cursor !== undefined && { cursor }) });
        seen.push(...page.items.map((item) => item.name));
        if (page.nextCursor === null) break;
        cursor = page.nextCursor;
      }
      expect(seen).toEqual((await as('viewer').rules.list({ limit: 200, sort })).items.map((item) => item.name));
    }
  });
});

describe('test cases', () => {
  const test1 = { name: 'low is told', settleMs: 0, events: [{ stream: 'Readings', at: 1, data: { pump: 'a', flow: 30 } }, { stream: 'Readings', at: 2, data: { pump: 'a', flow: 90 } }], expected: [{ stream: 'Low', rows: [{ pump: 'a', flow: 30 }] }] };

  test('are kept by name, with who saved them, and shown to viewers', async () => {
    await as('author').rules.saveTest({ name: 'held', test: { ...test1, settleMs: 5 } });
    await as('author').rules.saveTest({ name: 'held', test: test1 });
    await as('author').rules.saveTest({ name: 'held', test: { ...test1, name: 'again' } });
    expect((await as('viewer').rules.tests({ name: 'held' })).map(({ name, settleMs }) => [name, settleMs])).toEqual([['again', 0], ['low is told', 0]]);
    expect(await as('author').rules.deleteTest({ name: 'held', test: 'again' })).toMatchObject({ deleted: true });
    expect(await as('viewer').rules.tests({ name: 'held' })).toHaveLength(1);
    const other = aUser(await world.organization(), 'author');
    expect(await callAs(world.deps, other).rules.tests({ name: 'held' })).toEqual([]);
  });

  test('hold a text back from being published, and say where it answers otherwise', async () => {
    await as('author').rules.saveTest({ name: 'judged', test: test1 });
    expect(await as('viewer').rules.runTests({ name: 'judged', text: plain(100) })).toMatchObject([{ passed: false, differences: [{ stream: 'Low', row: 1, found: { flow: 90 } }] }]);
    const refused = as('author').rules.publish({ name: 'judged', text: plain(100) });
    await expect(refused).rejects.toMatchObject({ message: 'The test case “low is told” fails: row 2 of Low comes and is not expected.', cause: { code: 'RuleRefused', details: { tests: [{ name: 'low is told' }] } } });
    const { version } = await as('author').rules.publish({ name: 'judged', text: plain(40) });
    expect((await as('viewer').rules.version({ name: 'judged', version })).tests).toEqual([test1]);
    expect((await as('viewer').audit.list({ limit: 50 })).items.map((one) => one.action)).toEqual(expect.arrayContaining(['rule.saveTest']));
  });

  test('ask the model that the rule asks', async () => {
    const text = withModel("'pump@champion', flow, jitter, peak");
    const events = [{ stream: 'Features', at: 1, data: { flow: 1, jitter: 2, peak: 3 } }];
    const [before] = await runOver(text, { name: 'scored', settleMs: 0, events, expected: [{ stream: 'Scored', rows: [{ score: -1e9 }] }] });
    expect(before).toMatchObject({ passed: false, problems: [], differences: [{ attributes: ['score'] }] });
    const score = before?.differences[0]?.found?.['score'];
    expect(typeof score).toBe('number');
    expect(await runOver(text, { name: 'scored', settleMs: 0, events, expected: [{ stream: 'Scored', rows: [{ score: Number(score) }] }] })).toMatchObject([{ passed: true }]);
  });

  async function runOver(text: string, one: typeof test1 | { name: string; settleMs: number; events: { stream: string; at: number; data: Record<string, number> }[]; expected: { stream: string; rows: Record<string, number>[] }[] }) {
    await as('author').rules.saveTest({ name: 'asking', test: one });
    return as('viewer').rules.runTests({ name: 'asking', text });
  }

  test('are limited in number, and refused to those who may not write', async () => {
    await expect(as('viewer').rules.saveTest({ name: 'held', test: test1 })).rejects.toMatchObject({ cause: { code: 'Forbidden' } });
    await expect(as('author').rules.saveTest({ name: 'held', test: { ...test1, events: [] } })).rejects.toThrow(/at least one event/);
  });
});
