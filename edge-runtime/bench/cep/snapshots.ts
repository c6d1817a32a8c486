/**
 * What it costs to save and to restore what rules hold much of: whole, in increments after each 10,000 events (1,000 of a
 * pattern), and anew in slices of a renewal with a tenth of that between two. Milliseconds of one core, since another program on
 * the machine would be seen in those of the clock; of an increment the worst of the clock too, which is how long the flow stood still. Needs --expose-gc.
 */
import { performance } from 'node:perf_hooks';
import { compile, Engine, type Row } from '../../cep/index.ts';

const TRADE = 'define stream Trade (symbol string, price float, volume long, ts long);';
const START = 1_700_000_000_000;
const MILLION = 1_000_000;
const BETWEEN = 10_000;
const INCREMENTS = 60;
const SLICE_BYTES = 64 * 1024;
/** The first increments are slower, before their code is compiled. */
const WARM_UP = 10;
const KEYS = Array.from({ length: 100 }, (_, index) => `S${index}`);

const shared = (index: number): Row => [KEYS[index % KEYS.length], Math.fround(10 + index / 16), index % MILLION, START + index];
/** One of so many keys, none near the one before. */
const keyed = (keys: number) => (index: number): Row => [`key ${(index * 7919) % keys}`, Math.fround(10 + index / 16), index % MILLION, START + index];

interface Load {
  /** Events sent before the snapshot. */
  held: number;
  between: number;
  row: (index: number) => Row;
}
const MANY: Load = { held: MILLION, between: BETWEEN, row: shared };

function measure(what: string, text: string, { held, between, row }: Load = MANY): void {
  const app = compile(`${TRADE} ${text}`);
  const engine = new Engine(app, { start: START });
  let sent = 0;
  const feed = (count: number): void => {
    for (const end = sent + count; sent < end; sent++) engine.send('Trade', START + sent, row(sent));
  };
  feed(held);
  globalThis.gc?.();
  let snapshot: Uint8Array = new Uint8Array();
  const whole = cpuMs(() => (snapshot = engine.snapshot({ followed: true })));
  const increments: Uint8Array[] = [];
  const times: { cpu: number; clock: number }[] = [];
  for (let index = 0; index < INCREMENTS; index++) {
    feed(between);
    const begun = performance.now();
    const cpu = cpuMs(() => increments.push(engine.increment() ?? new Uint8Array()));
    times.push({ cpu, clock: performance.now() - begun });
  }
  const begun = cpuMs(() => engine.increment({ renews: true }));
  const slices: number[] = [];
  for (let bytes = 1; bytes > 0; ) {
    feed(between / 10);
    slices.push(cpuMs(() => (bytes = engine.renew(SLICE_BYTES))));
    if (slices.length % 10 === 0) engine.increment();
  }
  slices.sort((left, right) => left - right);
  const warm = times.slice(WARM_UP);
  const cpus = warm.map((one) => one.cpu).sort((left, right) => left - right);
  const restored = (list: readonly Uint8Array[]): number => {
    const fresh = new Engine(app, { start: START });
    globalThis.gc?.();
    return cpuMs(() => fresh.restore(snapshot, list));
  };
  const figures = [
    `whole ${whole.toFixed(0)} ms, ${(snapshot.length / 1e6).toFixed(1)} MB`,
    `increment ${at(cpus, 0.5).toFixed(1)} ms, nine of ten ${at(cpus, 0.9).toFixed(1)}, worst ${Math.max(...cpus).toFixed(1)} (by the clock ${Math.max(...warm.map((one) => one.clock)).toFixed(1)}), ${((increments.at(-1)?.length ?? 0) / 1e3).toFixed(0)} kB`,
    `a renewal began in ${begun.toFixed(1)} ms and took ${slices.length} slices, each ${at(slices, 0.5).toFixed(2)} ms, nine of ten ${at(slices, 0.9).toFixed(2)}, worst ${Math.max(...slices).toFixed(1)}`,
    `restored in ${restored([]).toFixed(0)} ms, with ${INCREMENTS} increments in ${restored(increments).toFixed(0)} ms`,
  ];
  process.stdout.write(`${what}: ${figures.join('; ')}\n`);
}

function at(sorted: readonly number[], part: number): number {
  return sorted[Math.floor(sorted.length * part)] ?? 0;
}

function cpuMs(run: () => unknown): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e3;
}

measure('a million events of a length window', `from Trade#window.length(${MILLION}) select sum(price) as total insert into Out;`);
measure('a million events of a time window', 'from Trade#window.time(1000 sec) select symbol, sum(price) as total group by symbol insert into Out;');
measure('a million rows of a table', "@primaryKey('volume') define table T (symbol string, price float, volume long, ts long); from Trade select symbol, price, volume, ts update or insert into T on T.volume == volume;");
measure('100,000 groups', 'from Trade select symbol, sum(price) as total, avg(volume) as mean group by symbol insert into Out;', { held: 100_000, between: BETWEEN, row: keyed(100_000) });
measure('100,000 keys of a partition', 'partition with (symbol of Trade) begin from Trade select symbol, sum(price) as total insert into Out; end;', { held: 100_000, between: BETWEEN, row: keyed(100_000) });
measure('10,000 unfinished matches', 'from every a=Trade[price > 0] -> b=Trade[symbol == a.symbol and volume > a.volume + 5000] select a.symbol as symbol insert into Out;', { held: 10_000, between: 1000, row: keyed(10_007) });
