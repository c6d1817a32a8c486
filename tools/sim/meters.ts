import pg from 'pg';
import { childrenOf, pssOf } from '../bench/memory.ts';
import { processorSecondsOf } from '../bench/processor.ts';

export interface Reading {
  readonly at: number;
  /** Seconds of processor time since the start, by part. */
  readonly cpu: Readonly<Record<Part, number>>;
  readonly memory: Readonly<Record<Part, number>>;
  readonly statements: number;
}
export type Part = 'controlPlane' | 'postgres' | 'nodes';

export interface MeterOptions {
  readonly databaseUrl: string;
  readonly postgresPid: number;
  readonly controlPlanePid: () => number;
  readonly nodePids: readonly number[];
}

/** Reads what each part takes of the machine, from Linux's own account and Postgres' own count. */
export class Meters {
  readonly #options: MeterOptions;
  readonly #client: pg.Client;

  private constructor(options: MeterOptions, client: pg.Client) {
    this.#options = options;
    this.#client = client;
  }

  static async open(options: MeterOptions): Promise<Meters> {
    const client = new pg.Client({ connectionString: options.databaseUrl });
    await client.connect();
    await client.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
    return new Meters(options, client);
  }

  async read(): Promise<Reading> {
    const { postgresPid, controlPlanePid, nodePids } = this.#options;
    const { rows } = await this.#client.query<{ calls: string }>('SELECT coalesce(sum(calls), 0) AS calls FROM pg_stat_statements WHERE toplevel');
    const pids: Record<Part, readonly number[]> = { controlPlane: [controlPlanePid()], postgres: [postgresPid, ...childrenOf(postgresPid)], nodes: nodePids };
    const sum = (of: readonly number[], measure: (pid: number) => number): number => of.reduce((total, pid) => total + measure(pid), 0);
    const each = (measure: (pid: number) => number): Record<Part, number> => ({ controlPlane: sum(pids.controlPlane, measure), postgres: sum(pids.postgres, measure), nodes: sum(pids.nodes, measure) });
    return { at: performance.now(), cpu: each(processorSecondsOf), memory: each(pssOf), statements: Number(rows[0]?.calls ?? 0) };
  }

  /** The statements that took most of the database's time since the last `forget`. */
  async dearest(count: number): Promise<{ query: string; calls: number; totalMs: number }[]> {
    const { rows } = await this.#client.query<{ query: string; calls: string; total: number }>('SELECT query, calls, total_exec_time AS total FROM pg_stat_statements ORDER BY total_exec_time DESC LIMIT $1', [count]);
    return rows.map(({ query, calls, total }) => ({ query: query.replace(/\s+/g, ' '), calls: Number(calls), totalMs: Math.round(total) }));
  }

  async close(): Promise<void> {
    await this.#client.end();
  }
}
