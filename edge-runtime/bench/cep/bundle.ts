import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

/** What importers of the engine alone get: `import … from '@selvedge/edge-runtime/cep'`. */
export const enginePublicFace = new URL('../../cep/index.ts', import.meta.url);

/** Fields that are there for their types alone are not in the file. */
const TYPES_LEAVE_NOTHING = { typescript: { removeClassFieldsWithoutInitializer: true }, assumptions: { setPublicClassFields: true } };

/**
 * A module and all that it brings as one minified file for browsers. Throws when that is more than one file: when a module
 * of Node, a package or a part loaded later is imported.
 */
export async function bundleForBrowser(entry: URL): Promise<string> {
  const bundle = await rolldown({ input: fileURLToPath(entry), platform: 'browser', logLevel: 'silent', tsconfig: false, transform: TYPES_LEAVE_NOTHING });
  const { output } = await bundle.generate({ format: 'esm', minify: true, comments: false });
  await bundle.close();
  const [only, ...others] = output;
  const outside = [...only.imports, ...only.dynamicImports, ...others.map(({ fileName }) => fileName)];
  if (outside.length > 0) throw new Error(`${entry.pathname} is more than one file: it needs ${outside.join(', ')}.`);
  return only.code;
}
