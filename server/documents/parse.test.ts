import { describe, expect, test } from 'vitest';
import { DocumentFaults, readDocuments } from './parse.ts';
import { documentLimits } from './schema.ts';
import { lineChanges } from './text-changes.ts';

const rule = 'define stream S (v int);\nfrom S[v > 1] select v insert into O;\n';

async function read(files: Record<string, string>) {
  return readDocuments({
    files: Object.keys(files).filter((file) => file.endsWith('.yaml')),
    read: async (file) => {
      const text = files[file];
      if (text === undefined) throw new Error(`there is no file ${file}`);
      return text;
    },
  });
}

async function faults(files: Record<string, string>): Promise<string> {
  try {
    await read(files);
  } catch (error) {
    if (error instanceof DocumentFaults) return error.message;
    throw error;
  }
  return 'nothing is wrong';
}

describe('documents', () => {
  test('are read in the order in which they can be applied, each with its place', async () => {
    const placed = await read({
      'plant/all.yaml': `# what runs here\nkind: Deployment\nfleet: pumps\nrules: [watch, other@7]\npolicy: { bakeSeconds: 0 }\n---\nkind: Fleet\nname: pumps\nselector: site=a\n---\nkind: Rule\nname: watch\nfile: ../rules/watch.siddhi\n---\nkind: Model\nname: anomaly\naliases: { champion: 3 }\n`,
      'rules/watch.siddhi': rule,
    });
    expect(placed.map(({ document, place }) => [document.kind, place.line])).toEqual([['Model', 15], ['Rule', 11], ['Fleet', 7], ['Deployment', 2]]);
    expect(placed[1]).toMatchObject({ document: { name: 'watch', text: rule }, textPlace: { file: 'rules/watch.siddhi', line: 1 } });
  });

  test.each([
    ['kind: Fleet\nname: x\nselector: a=b\ncolour: red\n', 'a.yaml:4: there is no ‘colour’'],
    ['kind: Fleet\nname: X y\nselector: a=b\n', 'a.yaml:2: name: a name has'],
    ['kind: Nonsense\n', 'a.yaml:1: kind has to be Rule, Model, Fleet, Channel, Route, AlertSettings or Deployment'],
    ['kind: Rule\nname: x\n', "a.yaml:1: it has to have either 'text' or 'file'"],
    ['kind: Rule\nname: x\nfile: no.siddhi\n', 'a.yaml:1: there is no file no.siddhi'],
    ['kind: Fleet\nname: x\nselector: a=b\nsettings:\n  telemetryIntervalMs: 1\n', 'a.yaml:5: settings.telemetryIntervalMs: '],
    ['kind: Fleet\nname: x\nselector: a=b\nsettings:\n  telemetry: 1000\n', 'a.yaml:5: settings.telemetry: there is no “telemetry”'],
    ['kind: Deployment\nfleet: x\nrules: []\npolicy:\n  bakeSecond: 3\n', 'a.yaml:5: policy.bakeSecond: there is no “bakeSecond”'],
    ['kind: Deployment\nfleet: x\nrules:\n  - ok\n  - "7"\n  - not a name\n', 'a.yaml:6: rules.2: it has to be the name of a rule'],
    ['kind: Fleet\nname: x\nselector: a=b\n---\nkind: Fleet\nname: x\nselector: a=c\n', 'a.yaml:5: fleet/x stands in a.yaml:1 already'],
    ['kind: Fleet\nname: [\n', 'a.yaml:3: '],
    ['kind: Fleet\nkind: Fleet\n', 'a.yaml:2: Map keys must be unique'],
    [`kind: Fleet\nname: x\nselector: a=b\nsettings: ${'{a: '.repeat(40)}1${'}'.repeat(40)}\n`, `a.yaml:1: it is nested more than ${documentLimits.depthMax} levels deep`],
    [`a: &a [x, x]\n${Array.from({ length: 60 }, (_, index) => `b${index}: *a\n`).join('')}`, 'a.yaml:1: it has too many aliases'],
  ])('%j is refused with its place', async (text, words) => {
    expect(await faults({ 'a.yaml': text })).toContain(words);
  });

  test('that would exhaust the parser are refused', async () => {
    expect(await faults({ 'a.yaml': '['.repeat(200_000) })).toBe('a.yaml:1: it is nested too deeply');
  });

  test('are refused together: what is wrong in each file is said at once', async () => {
    expect((await faults({ 'a.yaml': 'kind: Nonsense\n', 'b.yaml': 'kind: Fleet\nname: x\n' })).split('\n')).toEqual([expect.stringMatching(/^a\.yaml:1: /), expect.stringMatching(/^b\.yaml:1: selector is missing$/)]);
  });

  test.each([
    ['kind: Fleet\nname: x\nselector: a=b\nsettings:\n  connectors:\n    kafka: { brokers: "k:9092", password: hunter22 }\n', 'a.yaml:6: password is a secret'],
    ['kind: Fleet\nname: x\nselector: a=b\nsettings: { connectors: { http: { url: "https://me:hunter22@example.com" } } }\n', 'a.yaml:4: here stands a password in an address'],
    [`kind: Rule\nname: x\ntext: |\n  @source(type='kafka', topic='t',\n    sasl.password='hunter22', @map(type='json'))\n  define stream S (v int);\n`, 'a.yaml:5: sasl.password is a secret'],
    ['kind: Rule\nname: x\nfile: x.siddhi\n', 'x.siddhi:1: token is a secret'],
    ['kind: Deployment\nfleet: x\nrules: []\nnote: ghp_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n', 'a.yaml:4: here stands an access token'],
  ])('with a secret in it, as %j, are refused without repeating it', async (text, words) => {
    const said = await faults({ 'a.yaml': text, 'x.siddhi': `@sink(type='http', token="hunter22")\ndefine stream S (v int);\n` });
    expect(said).toContain(words);
    expect(said).not.toContain('hunter22');
  });

  test('may name secrets, and compare an attribute that is called like one', async () => {
    const text = "@source(type='kafka', sasl.password='${secret:KAFKA}')\ndefine stream S (token string);\nfrom S[token == 'a'] select token insert into O;\n";
    expect(await faults({ 'a.yaml': 'kind: Rule\nname: x\nfile: x.siddhi\n---\nkind: Fleet\nname: x\nselector: a=b\nsettings: { connectors: { kafka: { password: "${secret:KAFKA}" } } }\n', 'x.siddhi': text })).toBe('nothing is wrong');
  });
});

describe('changes of a text', () => {
  test('are the lines that went and came', () => {
    expect(lineChanges('a\nb\nc\n', 'a\nx\nc')).toEqual(['- b', '+ x']);
    expect(lineChanges('', 'a')).toEqual(['+ a']);
    expect(lineChanges('a\nb', 'a\nb\n')).toEqual([]);
    expect(lineChanges('one\ntwo\nthree\nfour', 'zero\ntwo\nfour\nfive')).toEqual(['- one', '+ zero', '- three', '+ five']);
  });

  test('of texts that have nothing in common are bounded in work and in length', () => {
    const lines = (letter: string) => Array.from({ length: 20_000 }, (_, index) => `${letter}${index}`).join('\n');
    const changed = lineChanges(lines('a'), lines('b'));
    expect(changed).toHaveLength(documentLimits.linesMax + 1);
    expect(changed.at(-1)).toBe(`# and ${40_000 - documentLimits.linesMax} more lines`);
  });
});
