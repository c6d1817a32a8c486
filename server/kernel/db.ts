import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { PrismaClient } from '../../prisma/generated/client.ts';
import type { Prisma } from '../../prisma/generated/client.ts';

export type { Prisma } from '../../prisma/generated/client.ts';
/** The database outside a transaction. */
export type Database = PrismaClient;
/** The database inside one: what every write of a repository takes. */
export type Transaction = Prisma.TransactionClient;
/** Either: what a read takes. */
export type Queryable = Database | Transaction;

const STATEMENT_TIMEOUT_MS = 30_000;
/** How long a request waits for a connection when all are taken, before it is answered with Unavailable. */
const CONNECTION_WAIT_MS = 20_000;
/**
 * How long a connection that nobody uses is kept. What comes every ten and fifteen seconds in a fleet takes several at once, and opening one costs
 * some 5 ms of processor here and 8 in Postgres.
 */
const CONNECTION_IDLE_MS = 60_000;

export interface DatabaseConnection {
  db: Database;
  /** For what the client cannot say: LISTEN, COPY, jobs. */
  pool: pg.Pool;
  close(): Promise<void>;
}

/** Opens the pool and the client upon it. Nothing connects before the first query. */
export function connectDatabase(databaseUrl: string, options: { poolMax: number; onError: (error: Error) => void }): DatabaseConnection {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: options.poolMax,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    connectionTimeoutMillis: CONNECTION_WAIT_MS,
    idleTimeoutMillis: CONNECTION_IDLE_MS,
    idle_in_transaction_session_timeout: 60_000,
    application_name: 'selvedge',
  });
  // An idle connection that breaks (Postgres restarted) is replaced by the pool; without a listener it would end the process.
  pool.on('error', options.onError);
  const db = new PrismaClient({ adapter: new PrismaPg(pool), transactionOptions: { maxWait: CONNECTION_WAIT_MS, timeout: 30_000 } });
  return {
    db,
    pool,
    close: async () => {
      await db.$disconnect();
      await pool.end();
    },
  };
}
