import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { listMigrations } from './migrate.ts';
import { diffSchemas, readSchema } from './schema-diff.ts';

it('the newest migration leads to the schema of this checkout (else run prisma/create-migration.ts)', async () => {
  const newest = (await listMigrations()).at(-1);
  const migrated = { path: 'schema.prisma', content: await readFile(new URL(`./migrations/${newest}/schema.prisma`, import.meta.url), 'utf8') };
  expect((await diffSchemas(migrated, await readSchema())).trim()).toBe('-- This is an empty migration.');
});
