import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import path from 'node:path';
import { z } from 'zod';
import { checkout, environment } from '../environment.ts';
import { run } from './program.ts';

const { version } = z.object({ version: z.string() }).parse(JSON.parse(readFileSync(path.join(checkout, 'package.json'), 'utf8')));

process.exitCode = await run(process.argv.slice(2), {
  out: (piece) => process.stdout.write(piece),
  error: (piece) => process.stderr.write(piece),
  standardInput: () => text(process.stdin),
  now: () => Date.now(),
  profileFile: path.join(environment.configFolder, 'profile.json'),
  given: { ...(environment.url !== undefined && { url: environment.url }), ...(environment.token !== undefined && { token: environment.token }) },
  version,
});
