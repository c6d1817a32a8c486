import { z } from 'zod';

const lockfileSchema = z.object({ packages: z.record(z.string(), z.object({ license: z.string().optional(), link: z.boolean().optional() })) });

/** Terms under which a package may be part of what we ship: none of them reaches our own code. */
const allowed = new Set([
  '0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'BlueOak-1.0.0', 'CC-BY-4.0', 'CC0-1.0', 'ISC', 'MIT', 'MIT-0', 'MPL-2.0', 'Unlicense',
  // A library that is loaded as it is, and a font.
  'EPL-2.0', 'LGPL-3.0-or-later', 'SIL OPEN FONT LICENSE',
]);

/** Packages that do not say it where npm looks, and where they do. */
const saidElsewhere = new Map([['node_modules/seq-queue', 'MIT, in its LICENSE file']]);

/** Packages of the lockfile whose licence is unknown, or is not one of those under which we may pass them on. */
export function licenceProblems(text: string): string[] {
  return Object.entries(lockfileSchema.parse(JSON.parse(text)).packages).flatMap(([name, { license, link }]) => {
    if (!name.startsWith('node_modules/') || link === true || saidElsewhere.has(name)) return [];
    if (license === undefined) return [`package-lock.json: ${name} does not say its licence.`];
    return isAllowed(license) ? [] : [`package-lock.json: ${name} has the licence ${license}, which is not among those that we pass on.`];
  });
}

/** Of an SPDX expression: one of each OR, all of each AND; a name may hold spaces. */
function isAllowed(expression: string): boolean {
  const plain = expression.replaceAll(/[()]/g, '');
  return plain.split(/ OR /i).some((choice) => choice.split(/ AND /i).every((licence) => allowed.has(licence.trim())));
}
