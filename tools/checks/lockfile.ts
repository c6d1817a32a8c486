import { z } from 'zod';

const lockfileSchema = z.object({
  packages: z.record(z.string(), z.object({ version: z.string().optional(), integrity: z.string().optional(), resolved: z.string().optional(), link: z.boolean().optional(), optional: z.boolean().optional(), os: z.array(z.string()).optional(), cpu: z.array(z.string()).optional(), libc: z.array(z.string()).optional() })),
});

/** Platforms on which we test, as npm calls them: what is installed there is known by its hash. */
const testedPlatforms = { os: ['linux'], cpu: ['x64', 'arm64'], libc: ['glibc'] };

/**
 * What a lockfile must hold so that an install anywhere gives the same bytes: a hash of everything that a tested platform
 * installs. Builds for other platforms may stand there by version alone, because a registry that does not carry them cannot
 * give their hashes; without the entry, `npm ci` would refuse the lockfile wherever one does.
 */
export function lockfileProblems(text: string): string[] {
  return Object.entries(lockfileSchema.parse(JSON.parse(text)).packages).flatMap(([name, entry]) => {
    if (!name.startsWith('node_modules/') || entry.link === true || entry.integrity !== undefined) return [];
    return entry.optional === true && isForeign(entry) ? [] : [`package-lock.json: ${name} has no integrity, so that what npm installs is not checked.`];
  });
}

/** Built for a platform that we do not test. */
function isForeign(entry: { os?: string[] | undefined; cpu?: string[] | undefined; libc?: string[] | undefined }): boolean {
  return (['os', 'cpu', 'libc'] as const).some((kind) => entry[kind]?.some((name) => testedPlatforms[kind].includes(name)) === false);
}
