/**
 * What an event costs while 1,000, 10,000 and 100,000 are kept: microseconds of one core. It should not grow with what is
 * kept but for the caches of the processor, which miss more often.
 */
import { compile, Engine } from '../../cep/index.ts';

const STREAMS = 'define stream S (k string, v double, t long); define stream T (k string, v double, t long);';
const START = 1_700_000_000_000;
/** How long a thing is kept, milliseconds; so many of them come in that time. */
const SPAN = 60_000;
const KEPT = [1_000, 10_000, 100_000];
/** Events that are timed, after twice the span has gone by. */
const TIMED = 100_000;

const constructs: Readonly<Record<string, string>> = {
  'time window, mean by key': 'from S#window.time(1 min) select k, avg(v) as m group by k insert into O;',
  'time window, max by key': 'from S#window.time(1 min) select k, max(v) as m group by k insert into O;',
  'session window by key': 'from S#window.session(30 sec, k) select k, count() as c insert all events into O;',
  'sort window, full': 'from S#window.sort(1000, v) select k insert all events into O;',
  'unique window by key': 'from S#window.unique:time(k, 1 min) select k insert all events into O;',
  'snapshots of a time window': 'from S#window.time(1 min) select k, v output snapshot every 1 min insert into O;',
  'pattern, equal key': 'from every a=S -> b=T[k == a.k] within 1 min select a.k as k insert into O;',
  'pattern, next step another stream': 'from every a=S -> b=T[v > a.v] within 1 min select a.k as k insert into O;',
  'absence of an equal key': 'from every a=S -> not S[k == a.k] for 1 min select a.k as k insert into O;',
  'absence on another stream': 'from every a=S -> not T for 1 min select a.k as k insert into O;',
  'absence beside another event': 'from every a=S -> not T for 1 min and b=T select a.k as k insert into O;',
  'partition, absence': 'partition with (k of S) begin from every a=S -> not S for 1 min select a.k as k insert into O; end;',
  'join of time windows, equal key': 'from S#window.time(1 min) as a join S#window.time(1 min) as b on a.k == b.k and a.t != b.t select a.k as k insert into O;',
};

/** Microseconds of processor an event, with about `kept` of them kept and as many keys. */
function costOf(text: string, kept: number): number {
  const engine = new Engine(compile(STREAMS + text), { start: START });
  engine.onEvent('O', () => undefined);
  let state = 1;
  let sent = 0;
  const send = (count: number): void => {
    for (const end = sent + count; sent < end; sent++) {
      state = (Math.imul(state, 1664525) + 1013904223) | 0;
      const time = START + Math.floor((sent * SPAN) / kept);
      engine.send('S', time, [`k${(state >>> 8) % kept}`, sent % 1000, time]);
    }
  };
  send(2 * kept);
  const before = process.cpuUsage();
  send(TIMED);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / TIMED;
}

for (const [name, text] of Object.entries(constructs)) {
  process.stdout.write(`${name.padEnd(34)} ${KEPT.map((kept) => `${kept.toLocaleString('en')}: ${costOf(text, kept).toFixed(2)} µs`).join('   ')}\n`);
}
