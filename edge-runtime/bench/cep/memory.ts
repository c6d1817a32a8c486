/** What the things that an engine keeps weigh, in bytes each, and how long many rules take to load and one of them to change. Needs --expose-gc. */
import { compile, Engine, type Row } from '../../cep/index.ts';

const TRADE = 'define stream Trade (symbol string, price float, volume long, ts long);';
const START = 1_700_000_000_000;
const KEYS = Array.from({ length: 10 }, (_, index) => `S${index}`);

/** Heap and typed arrays after a full collection. */
function used(): number {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function weigh(what: string, query: string, count: number, row: (index: number) => Row): void {
  const engine = new Engine(compile(`${TRADE} ${query}`));
  const before = used();
  for (let index = 0; index < count; index++) engine.send('Trade', START + index, row(index));
  const bytes = used() - before;
  process.stdout.write(`${what.padEnd(34)} ${(bytes / count).toFixed(0).padStart(6)} bytes each, ${(bytes / 1e6).toFixed(1)} MB for ${count}, at ${engine.now}\n`);
}

const shared = (index: number): Row => [KEYS[index % KEYS.length], Math.fround(10 + index / 16), index % 500, START + index];
const distinct = (index: number): Row => [`key ${index}`, Math.fround(200), index % 500, START + index];

weigh('event in a time window', 'from Trade#window.time(1 hour) select symbol, sum(price) as total group by symbol insert into Out;', 100_000, shared);
weigh('event in a length window', 'from Trade#window.length(100000) select sum(price) as total insert into Out;', 100_000, shared);
weigh('unfinished match of a pattern', 'from every a=Trade -> b=Trade[symbol == a.symbol and price > a.price] select a.symbol as symbol insert into Out;', 50_000, distinct);
weigh('group', 'from Trade select symbol, sum(price) as total group by symbol insert into Out;', 50_000, distinct);
weigh('key of a partition', 'partition with (symbol of Trade) begin from Trade select symbol, sum(price) as total insert into Out; end;', 50_000, distinct);
weigh('row of a table', "@primaryKey('symbol') define table T (symbol string, price float, volume long, ts long); from Trade insert into T;", 50_000, distinct);

const rules = Array.from({ length: 10_000 }, (_, index) => `@info(name='q${index}') from Trade[volume == ${index} and price > 95.0] select symbol, price insert into Out;`).join('\n');
const begun = process.cpuUsage();
const loaded = new Engine(compile(TRADE + rules));
process.stdout.write(`10,000 rules load in ${cpuMsSince(begun).toFixed(0)} ms of CPU\n`);
const changes = Array.from({ length: 500 }, (_, index) => {
  const before = process.cpuUsage();
  loaded.change({ remove: [`q${index}`], add: `@info(name='q${index}') from Trade[volume == ${index} and price > 96.0] select symbol, price insert into Out;` });
  return cpuMsSince(before);
});
const [first = 0, ...others] = changes;
process.stdout.write(`one of them is changed in ${first.toFixed(2)} ms of CPU the first time, then in ${(others.reduce((sum, one) => sum + one, 0) / others.length).toFixed(2)}\n`);

function cpuMsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e3;
}
