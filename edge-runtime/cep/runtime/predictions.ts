import type { ModelSignature } from '../api.ts';
import type { ModelAnswer, ModelCall } from '../engine-api.ts';
import type { Payload } from '../operators/stage.ts';
import type { LogEntry, Port, StageRuntime } from './stage-runtime.ts';
import type { KeyedSend } from './stage-chain.ts';
import type { Provenance } from './provenance.ts';

/** Rows in one call to a model; more are asked for in several calls. */
const CALL_ROWS_MAX = 4096;

/** One `#model:predict` of the app. */
interface Site {
  model: string;
  signature: ModelSignature;
  values: (timestamp: number, payload: Payload) => unknown[];
  unasked: LogEntry[];
}

/** The asynchronous seam: rows go out as calls to models and come back as rows with more attributes. */
export class Predictions {
  private readonly sites = new Map<string, Site>();
  private readonly asked = new Map<number, { site: Site; entries: LogEntry[] }>();
  private readonly provenance: Provenance | undefined;
  private nextId = 1;
  /** Rows whose prediction is not there yet. */
  pending = 0;

  constructor(provenance: Provenance | undefined) {
    this.provenance = provenance;
  }

  /** The way into the later part of a query; its rows wait in the log of `after`. */
  seam(id: string, model: string, signature: ModelSignature, values: Site['values'], port: Port, after: StageRuntime, clock: { now: number }): KeyedSend {
    const site: Site = { model, signature, values, unasked: [] };
    this.sites.set(id, site);
    return (key, timestamp, row) => {
      const entry: LogEntry = { time: clock.now, port, timestamp, row, key, state: 'waiting', reason: '' };
      after.push(entry);
      this.wait(site, entry);
    };
  }

  /** After a restore: an entry that waited when the snapshot was taken is asked for anew. */
  again(entry: LogEntry): void {
    const site = this.sites.get(entry.port.id);
    if (site !== undefined) this.wait(site, entry);
  }

  /** Ends a seam: nobody waits for its predictions any more, and its rows hold nothing back. */
  close(id: string): void {
    const site = this.sites.get(id);
    if (site === undefined) return;
    this.sites.delete(id);
    const given = [...site.unasked];
    for (const [call, asked] of this.asked) {
      if (asked.site !== site) continue;
      given.push(...asked.entries);
      this.asked.delete(call);
    }
    this.pending -= given.length;
    for (const entry of given) entry.state = 'ready';
  }

  forget(): void {
    for (const site of this.sites.values()) site.unasked = [];
    this.asked.clear();
    this.pending = 0;
  }

  take(): ModelCall[] {
    const calls: ModelCall[] = [];
    for (const site of this.sites.values()) {
      for (let from = 0; from < site.unasked.length; from += CALL_ROWS_MAX) {
        const entries = site.unasked.slice(from, from + CALL_ROWS_MAX);
        const id = this.nextId++;
        this.asked.set(id, { site, entries });
        calls.push({ id, model: site.model, inputs: columnsOf(site, entries), count: entries.length });
      }
      site.unasked = [];
    }
    return calls;
  }

  /** Puts an answer into the log. False when the call is not known (any more). */
  complete(id: number, answer: ModelAnswer): boolean {
    const asked = this.asked.get(id);
    if (asked === undefined) return false;
    this.asked.delete(id);
    const { site, entries } = asked;
    this.pending -= entries.length;
    const reason = 'error' in answer ? answer.error : wrongShape(answer.outputs, site.signature, entries.length);
    entries.forEach((entry, row) => {
      if (reason !== undefined || 'error' in answer) {
        entry.state = 'failed';
        entry.reason = reason ?? '';
      } else {
        const answered = [...entry.row, ...answer.outputs.map((column, index) => singleIf(site.signature.outputs[index]?.type === 'float', column[row]))];
        this.provenance?.derived(answered, entry.row);
        entry.row = answered;
        entry.state = 'ready';
      }
    });
    return true;
  }

  private wait(site: Site, entry: LogEntry): void {
    site.unasked.push(entry);
    this.pending++;
  }
}

function columnsOf(site: Site, entries: readonly LogEntry[]): unknown[][] {
  const columns: unknown[][] = site.signature.inputs.map(() => []);
  for (const { timestamp, row } of entries) {
    site.values(timestamp, row).forEach((value, index) => columns[index]?.push(value ?? null));
  }
  return columns;
}

function wrongShape(outputs: unknown[][], signature: ModelSignature, count: number): string | undefined {
  if (outputs.length !== signature.outputs.length) return `the model answered ${outputs.length} outputs, expected ${signature.outputs.length}`;
  const short = outputs.find((column) => column.length !== count);
  return short === undefined ? undefined : `the model answered ${short.length} rows, expected ${count}`;
}

function singleIf(float: boolean, value: unknown): unknown {
  return float && typeof value === 'number' ? Math.fround(value) : (value ?? null);
}
