import { CepError, compile, Engine, type Row } from '../../cep/index.ts';
import { Input, readWorkloads, textOf, type Workload } from './workload.ts';

const WARM_UP_MAX = 1_000_000;

/** One workload's figures in one of its two ways: events one by one, or in chunks. */
export interface Result {
  workload: string;
  chunk: number;
  eventsPerSecond: number;
  /** What it would be on a machine with nothing else to do; on a shared one the better figure to look at. */
  eventsPerCpuSecond: number;
  outputs: number;
  checksum: number;
}

/** Runs a workload; the message of the error when its text cannot run. */
export function measure(workload: Workload, chunk: number, scale: number): Result | string {
  let engine: Engine;
  try {
    engine = new Engine(compile(textOf(readWorkloads(), workload)), { start: 0 });
  } catch (failure) {
    if (!(failure instanceof CepError)) throw failure;
    return failure.message;
  }
  let outputs = 0;
  let checksum = 0;
  engine.onEvent('Out', (_, row) => {
    outputs++;
    for (const value of row) if (typeof value === 'number') checksum += value;
  });
  engine.onFault(({ reason }) => {
    throw new Error(reason);
  });
  if (workload.preload !== undefined) for (let row = 0; row < workload.preload.rows; row++) engine.send(workload.preload.stream, 0, [`S${row}`, row]);
  const input = new Input(workload);
  const events = Math.ceil(workload.events * scale);
  feed(engine, workload, input, Math.min(Math.floor(events / 4), WARM_UP_MAX), chunk);
  outputs = 0;
  checksum = 0;
  const before = process.hrtime.bigint();
  const cpuBefore = process.cpuUsage();
  feed(engine, workload, input, events, chunk);
  const seconds = Number(process.hrtime.bigint() - before) / 1e9;
  const cpu = process.cpuUsage(cpuBefore);
  return { workload: workload.name, chunk, eventsPerSecond: events / seconds, eventsPerCpuSecond: (events * 1e6) / (cpu.user + cpu.system), outputs, checksum };
}

function feed(engine: Engine, workload: Workload, input: Input, events: number, chunk: number): void {
  const ways = workload.input.map((stream) => engine.input(stream));
  const [only] = ways;
  const [stream] = workload.input;
  if (chunk > 1 && ways.length === 1 && stream !== undefined) feedChunks(engine, stream, input, events, chunk);
  else if (ways.length === 1 && only !== undefined) {
    for (let index = 0; index < events; index++) {
      const row = input.next();
      only(input.time, row);
    }
  } else {
    for (let index = 0; index < events; index++) {
      const row = input.next();
      ways[input.stream]?.(input.time, row);
    }
  }
}

/** Chunks of one stream's events; where two streams take turns, each event goes alone, as in the other engines' runs. */
function feedChunks(engine: Engine, stream: string, input: Input, events: number, chunk: number): void {
  for (let from = 0; from < events; from += chunk) {
    const size = Math.min(chunk, events - from);
    const times = new Array<number>(size);
    const rows = new Array<Row>(size);
    for (let index = 0; index < size; index++) {
      rows[index] = input.next();
      times[index] = input.time;
    }
    engine.sendChunk(stream, times, rows);
  }
}
