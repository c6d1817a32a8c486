import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { checkout } from '../environment.ts';
import { temporaryFolder } from '../testing/index.ts';
import { drivers, importRules } from './import-rules.ts';
import type { ImportReport } from './imports.ts';

/** For each rule a file that breaks it. The rules would be worth nothing if the checker could not see these. */
const planted: Record<string, { file: string; imports: string }> = {
  '1-agent-stands-alone': { file: 'edge-runtime/ingest/a.ts', imports: '../../server/kernel/clock.ts' },
  '1-agent-tests-stand-alone': { file: 'edge-runtime/ingest/a.test.ts', imports: '../../server/kernel/clock.ts' },
  '1-agent-has-two-doors': { file: 'server/nodes/doors.ts', imports: '../../edge-runtime/ingest/target.ts' },
  '2-protocol-knows-zod-only': { file: 'edge-runtime/protocol/a.ts', imports: 'node:fs' },
  '2-cep-is-pure': { file: 'edge-runtime/cep/a.ts', imports: 'node:timers' },
  '2-scripts-have-an-interpreter': { file: 'edge-runtime/cep/script/a.ts', imports: 'node:fs' },
  '3-stages-meet-in-host': { file: 'edge-runtime/store/a.ts', imports: '../ingest/target.ts' },
  '3-nothing-imports-the-host': { file: 'edge-runtime/sync/a.ts', imports: '../host/target.ts' },
  '4-kernel-knows-no-noun': { file: 'server/kernel/a.ts', imports: '../nodes/index.ts' },
  '4-nouns-meet-at-the-index': { file: 'server/rules/a.ts', imports: '../nodes/service.ts' },
  '4-no-cycles': { file: 'server/rules/one.ts', imports: './other.ts' },
  '5-prisma-behind-the-repository': { file: 'server/rules/service.ts', imports: '@prisma/client' },
  '6-console-takes-types-and-schemas': { file: 'app/overview.tsx', imports: '../server/nodes/service.ts' },
  '6-console-reaches-no-database': { file: 'app/fleets.tsx', imports: 'pg' },
  '6-primitives-know-no-domain': { file: 'app/_ui/button.tsx', imports: 'next/navigation' },
  '6-pages-import-no-pages': { file: 'app/nodes/panel.tsx', imports: './page.tsx' },
  '7-nothing-imports-tests': { file: 'server/audit/a.ts', imports: '../testing/target.ts' },
  unresolved: { file: 'server/audit/b.ts', imports: './nowhere.ts' },
};
const targets = ['server/kernel/clock.ts', 'server/nodes/index.ts', 'server/nodes/service.ts', 'server/testing/target.ts', 'edge-runtime/ingest/target.ts', 'edge-runtime/host/target.ts', 'app/nodes/page.tsx'];

let report: ImportReport;

beforeAll(async () => {
  const root = await temporaryFolder();
  const write = (file: string, text: string) => {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
  };
  symlinkSync(path.join(checkout, 'node_modules'), path.join(root, 'node_modules'));
  for (const file of targets) write(file, 'export const it = 1;\n');
  for (const { file, imports } of Object.values(planted)) write(file, `import * as it from '${imports}';\nexport const used = it;\n`);
  write('server/rules/other.ts', "import { used } from './one.ts';\nexport const other = used;\n");
  for (const file of ['one', 'two']) write(`edge-runtime/ingest/${file}.ts`, "import { Kafka } from 'kafkajs';\nexport const used = Kafka;\n");
  write('app/allowed.ts', "import type { it } from '../server/nodes/service.ts';\nexport type Allowed = typeof it;\n");
  report = JSON.parse(execFileSync(process.execPath, [path.join(checkout, 'tools/checks/imports.ts'), root], { encoding: 'utf8' }));
});

test('the checker reads the tree at all', () => {
  expect(report.modules).toBeGreaterThan(Object.keys(planted).length);
});

test('every rule has a planted violation', () => {
  expect(Object.keys(planted).sort()).toEqual(importRules.map((rule) => rule.name).sort());
});

test.each(Object.entries(planted))('%s is reported', (rule, { file }) => {
  expect(report.problems.filter((problem) => problem.startsWith(`${rule}: ${file} `))).not.toEqual([]);
});

test('a driver used in two files is reported', () => {
  expect(drivers).toContain('kafkajs');
  expect(report.problems.filter((problem) => problem.startsWith('5-one-file-a-driver: kafkajs'))).toHaveLength(1);
});

test('a type from the server is allowed in the console', () => {
  expect(report.problems.filter((problem) => problem.includes('app/allowed.ts'))).toEqual([]);
});
