import { readdir, readFile } from 'node:fs/promises';
import { PrismaPg } from '@prisma/adapter-pg';
import type { SqlDriverAdapter, SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import pg from 'pg';
import { createSchemaEngine } from './schema-engine.ts';

const migrationsFolder = new URL('./migrations/', import.meta.url);
const noFilters = { externalTables: [], externalEnums: [] };
/** Any number that nothing else locks: it keeps two starting processes from migrating at once. */
const MIGRATION_LOCK = 7_305_117;

/**
 * Brings the database at `databaseUrl` to the schema of this checkout: applies, in order, the folders of prisma/migrations
 * that it has not seen, and remembers them in `_prisma_migrations` as `prisma migrate deploy` does. Safe to call from
 * several processes at once. Returns the names of the migrations it applied. With `last` it stops there: as an older release left it.
 */
export async function migrate(databaseUrl: string, last?: string): Promise<string[]> {
  const lock = new pg.Client({ connectionString: databaseUrl });
  await lock.connect();
  try {
    await lock.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    // The engine never disposes of the adapter it was given, so the pool is ours to end.
    const pool = new pg.Pool({ connectionString: databaseUrl, max: 2, idleTimeoutMillis: 0 });
    const engine = await createSchemaEngine(wholeScripts(pool));
    try {
      const { appliedMigrationNames } = await engine.applyMigrations({ migrationsList: await readMigrations(last), filters: noFilters });
      return appliedMigrationNames;
    } finally {
      engine.free();
      await pool.end();
    }
  } finally {
    await lock.end();
  }
}

/**
 * Prisma's adapter, but a script goes to the server in one piece: the adapter itself cuts it at every semicolon, also inside
 * a function body. In one piece it is one implicit transaction besides, so a migration that fails leaves nothing behind.
 */
function wholeScripts(pool: pg.Pool): SqlMigrationAwareDriverAdapterFactory {
  const factory = new PrismaPg(pool);
  const connect = async (): Promise<SqlDriverAdapter> => {
    const adapter = await factory.connect();
    adapter.executeScript = async (script) => {
      await pool.query(script);
    };
    return adapter;
  };
  return { provider: factory.provider, adapterName: factory.adapterName, connect, connectToShadowDb: connect };
}

/** Names of the migrations in this checkout, oldest first. */
export async function listMigrations(): Promise<string[]> {
  const entries = await readdir(migrationsFolder, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

async function readMigrations(last: string | undefined): Promise<Parameters<Awaited<ReturnType<typeof createSchemaEngine>>['applyMigrations']>[0]['migrationsList']> {
  const names = (await listMigrations()).filter((name) => last === undefined || name <= last);
  return {
    baseDir: migrationsFolder.pathname,
    lockfile: { path: 'migration_lock.toml', content: await readFile(new URL('migration_lock.toml', migrationsFolder), 'utf8') },
    shadowDbInitScript: '',
    migrationDirectories: await Promise.all(
      names.map(async (name) => ({
        path: name,
        migrationFile: { path: 'migration.sql', content: { tag: 'ok' as const, value: await readFile(new URL(`${name}/migration.sql`, migrationsFolder), 'utf8') } },
      })),
    ),
  };
}

if (import.meta.main) {
  const databaseUrl = process.argv[2];
  if (databaseUrl === undefined) {
    console.error('usage: node prisma/migrate.ts DATABASE_URL');
    process.exitCode = 2;
  } else {
    const applied = await migrate(databaseUrl);
    console.log(applied.length === 0 ? 'nothing to migrate' : `applied ${applied.join(', ')}`);
    // The engine leaves the timer by which it waits for its lock running for ten seconds more.
    process.exit(0);
  }
}
