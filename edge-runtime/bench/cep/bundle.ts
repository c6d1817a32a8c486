import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

/**
 * The engine as one file for browsers, minified: everything that `import … from '@selvedge/edge-runtime/cep'` brings.
 * Throws when that is more than one file: a module of Node, a package or a part loaded later.
 */
export async function bundleEngine(): Promise<string> {
  const bundle = await rolldown({ input: fileURLToPath(new URL('../../cep/index.ts', import.meta.url)), platform: 'browser', external: [] });
  const { output } = await bundle.generate({ format: 'esm', minify: true });
  await bundle.close();
  const [only, ...others] = output;
  if (others.length > 0 || only.imports.length > 0 || only.dynamicImports.length > 0)
    throw new Error(`The engine is more than one file: it imports ${[...only.imports, ...only.dynamicImports, ...others.map(({ fileName }) => fileName)].join(', ')}.`);
  return only.code;
}
