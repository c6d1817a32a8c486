import { existsSync } from 'node:fs';
import { registerHooks } from 'node:module';
import path from 'node:path';
import type { ICruiseResult, IModule } from 'dependency-cruiser';
import { checkout } from '../environment.ts';
import { drivers, importRules } from './import-rules.ts';

const roots = ['app', 'server', 'prisma', 'edge-runtime', 'e2e', 'tools', 'examples'];

export interface ImportReport {
  /** How many modules were read. None at all means that the checker is blind, not that all is well. */
  modules: number;
  problems: string[];
}

/**
 * Holds a tree against the import rules. dependency-cruiser reads TypeScript with the package `typescript`, and with
 * version 7 of it, which has no such interface any more, it silently reads nothing; so it is given version 6.
 */
export async function checkImports(root: string): Promise<ImportReport> {
  const hooks = registerHooks({ resolve: (specifier, context, next) => next(specifier.replace(/^typescript(?=$|\/)/, 'typescript6'), context) });
  try {
    const { cruise } = await import('dependency-cruiser');
    const present = roots.filter((folder) => existsSync(path.join(root, folder)));
    const { output } = await cruise(
      present,
      {
        baseDir: root,
        validate: true,
        ruleSet: { forbidden: importRules },
        doNotFollow: { path: 'node_modules' },
        exclude: { path: '^(prisma/generated/internal|\\.next|edge-runtime/dist)/' },
        tsPreCompilationDeps: true,
        combinedDependencies: true,
      },
      { conditionNames: ['import', 'node', 'default', 'types'], exportsFields: ['exports'], extensions: ['.ts', '.tsx', '.js', '.mjs', '.json', '.css'] },
    );
    if (typeof output === 'string') throw new Error(`dependency-cruiser answered in prose: ${output}`);
    const ours = output.modules.filter((module) => roots.some((folder) => module.source.startsWith(`${folder}/`)));
    const problems = [...violations(output), ...sharedDrivers(ours)];
    if (ours.length === 0) problems.push('no module was read: the checker is blind');
    return { modules: ours.length, problems };
  } finally {
    hooks.deregister();
  }
}

function violations(result: ICruiseResult): string[] {
  const comments = new Map(importRules.map((rule) => [rule.name, rule.comment]));
  return result.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} imports ${to}. ${comments.get(rule.name) ?? ''}`);
}

function sharedDrivers(modules: readonly IModule[]): string[] {
  const problems: string[] = [];
  for (const workspace of ['server/', 'edge-runtime/']) {
    for (const driver of drivers) {
      const users = modules.filter((module) => isCode(module.source, workspace) && module.dependencies.some((dependency) => uses(dependency, driver)));
      if (users.length > 1) problems.push(`5-one-file-a-driver: ${driver} is used by ${users.map(({ source }) => source).join(', ')}. Each driver can be replaced alone.`);
    }
  }
  return problems;
}

function isCode(source: string, workspace: string): boolean {
  return source.startsWith(workspace) && !/\.test\.tsx?$|\/(testing|sim|bench)\//.test(source);
}

function uses(dependency: IModule['dependencies'][number], driver: string): boolean {
  return !dependency.dependencyTypes.includes('type-only') && (dependency.module === driver || dependency.module.startsWith(`${driver}/`));
}

if (import.meta.main) {
  // The rules' own test runs this on planted trees; a process of its own keeps the swapped compiler away from the test runner.
  console.log(JSON.stringify(await checkImports(path.resolve(process.argv[2] ?? checkout))));
}
