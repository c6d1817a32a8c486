import { readdir, readFile } from 'node:fs/promises';
import { offlineAdapter } from './offline-adapter.ts';
import { createSchemaEngine } from './schema-engine.ts';

const schemaFolder = new URL('./schema/', import.meta.url);

export type SchemaFile = { path: string; content: string };

/** The schema of this checkout, a file a noun. */
export async function readSchema(): Promise<SchemaFile[]> {
  const names = (await readdir(schemaFolder)).filter((name) => name.endsWith('.prisma')).sort();
  return Promise.all(names.map(async (name) => ({ path: name, content: await readFile(new URL(name, schemaFolder), 'utf8') })));
}

/** What the schema language cannot say: triggers, and keys that Prisma should not know. */
export async function readStatements(): Promise<string> {
  const names = (await readdir(schemaFolder)).filter((name) => name.endsWith('.sql')).sort();
  return (await Promise.all(names.map((name) => readFile(new URL(name, schemaFolder), 'utf8')))).join('\n');
}

/** The SQL that leads from one schema, or from nothing, to another. Needs no database. */
export async function diffSchemas(from: SchemaFile | undefined, to: SchemaFile[]): Promise<string> {
  const engine = await createSchemaEngine(offlineAdapter);
  try {
    const result = await engine.diff({
      from: from === undefined ? { tag: 'empty' } : { tag: 'schemaDatamodel', files: [from] },
      to: { tag: 'schemaDatamodel', files: to },
      script: true,
      exitCode: null,
      filters: { externalTables: [], externalEnums: [] },
    });
    return result.stdout ?? '';
  } finally {
    engine.free();
  }
}
