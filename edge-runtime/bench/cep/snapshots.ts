/**
 * What it costs to save and to restore a million events of a window and a million rows of a table: whole, and in increments
 * after each 10,000 events. Milliseconds of one core, since another program on the machine would be seen in those of the clock;
 * of an increment the worst of the clock too, which is how long the flow stood still. Needs --expose-gc.
 */
import { performance } from 'node:perf_hooks';
import { compile, Engine, type Row } from '../../cep/index.ts';

const TRADE = 'define stream Trade (symbol string, price float, volume long, ts long);';
const START = 1_700_000_000_000;
const HELD = 1_000_000;
const BETWEEN = 10_000;
const INCREMENTS = 60;
/** The first increments are slower, before their code is compiled. */
const WARM_UP = 10;
const KEYS = Array.from({ length: 100 }, (_, index) => `S${index}`);

const row = (index: number): Row => [KEYS[index % KEYS.length], Math.fround(10 + index / 16), index % HELD, START + index];

function measure(what: string, text: string): void {
  const app = compile(`${TRADE} ${text}`);
  const engine = new Engine(app, { start: START });
  let sent = 0;
  const feed = (count: number): void => {
    for (const end = sent + count; sent < end; sent++) engine.send('Trade', START + sent, row(sent));
  };
  feed(HELD);
  globalThis.gc?.();
  let snapshot: Uint8Array = new Uint8Array();
  const whole = cpuMs(() => (snapshot = engine.snapshot({ followed: true })));
  const increments: Uint8Array[] = [];
  const times: { cpu: number; clock: number }[] = [];
  for (let index = 0; index < INCREMENTS; index++) {
    feed(BETWEEN);
    const begun = performance.now();
    const cpu = cpuMs(() => increments.push(engine.increment() ?? new Uint8Array()));
    times.push({ cpu, clock: performance.now() - begun });
  }
  const warm = times.slice(WARM_UP);
  const cpus = warm.map((one) => one.cpu).sort((left, right) => left - right);
  const restored = (list: readonly Uint8Array[]): number => {
    const fresh = new Engine(app, { start: START });
    globalThis.gc?.();
    return cpuMs(() => fresh.restore(snapshot, list));
  };
  const figures = [
    `whole ${whole.toFixed(0)} ms, ${(snapshot.length / 1e6).toFixed(1)} MB`,
    `increment ${at(cpus, 0.5).toFixed(1)} ms, nine of ten ${at(cpus, 0.9).toFixed(1)}, worst by the clock ${Math.max(...warm.map((one) => one.clock)).toFixed(1)}, ${((increments.at(-1)?.length ?? 0) / 1e3).toFixed(0)} kB`,
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

measure('a million events of a length window', `from Trade#window.length(${HELD}) select sum(price) as total insert into Out;`);
measure('a million events of a time window', 'from Trade#window.time(1000 sec) select symbol, sum(price) as total group by symbol insert into Out;');
measure('a million rows of a table', "@primaryKey('volume') define table T (symbol string, price float, volume long, ts long); from Trade select symbol, price, volume, ts update or insert into T on T.volume == volume;");
