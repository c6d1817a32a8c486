import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { listMigrations } from './migrate.ts';
import { diffSchemas, readSchema, readStatements } from './schema-diff.ts';

/**
 * Writes the next migration: `node prisma/create-migration.ts NAME` compares prisma/schema with the snapshot kept in the
 * newest migration's folder and writes the SQL between the two, for review. `--squash` instead writes one first migration
 * from nothing, with the statements of prisma/schema/*.sql (what the schema language cannot say) after the tables; only for
 * a schema that no database of value has yet. Neither talks to a database.
 */
const migrationsFolder = new URL('./migrations/', import.meta.url);

async function main(argument: string | undefined): Promise<void> {
  if (argument === undefined || !/^(--squash|[a-z0-9_]+)$/.test(argument)) {
    console.error('usage: node prisma/create-migration.ts NAME | --squash   (NAME: a-z 0-9 _)');
    process.exitCode = 2;
    return;
  }
  const schema = await readSchema();
  const snapshot = schema.map((file) => file.content).join('\n');
  const names = await listMigrations();
  const squash = argument === '--squash';
  const newest = names.at(-1);
  const from = squash || newest === undefined ? undefined : { path: 'schema.prisma', content: await readFile(new URL(`${newest}/schema.prisma`, migrationsFolder), 'utf8') };
  const sql = from === undefined ? `${await diffSchemas(from, schema)}\n${await readStatements()}` : await diffSchemas(from, schema);
  if (squash) for (const name of names) await rm(new URL(`${name}/`, migrationsFolder), { recursive: true });
  const name = from === undefined ? '0001_init' : `${String(Number.parseInt(newest ?? '0', 10) + 1).padStart(4, '0')}_${argument}`;
  await mkdir(new URL(`${name}/`, migrationsFolder), { recursive: true });
  await writeFile(new URL(`${name}/migration.sql`, migrationsFolder), sql);
  await writeFile(new URL(`${name}/schema.prisma`, migrationsFolder), snapshot);
  console.log(`wrote prisma/migrations/${name}/migration.sql: read it before you commit it`);
}

await main(process.argv[2]);
