import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import path from 'node:path';
import { z } from 'zod';
import { checkout, environment } from '../environment.ts';
import { run } from './program.ts';
import { askHidden } from './terminal.ts';

const { version } = z.object({ version: z.string() }).parse(JSON.parse(readFileSync(path.join(checkout, 'package.json'), 'utf8')));

process.exitCode = await run(process.argv.slice(2), {
  out: (piece) => process.stdout.write(piece),
  error: (piece) => process.stderr.write(piece),
  standardInput: () => text(process.stdin),
  ...(process.stdin.isTTY && { ask: (question: string) => askHidden(process.stdin, question, (piece) => process.stderr.write(piece)) }),
  ...(environment.keyPassphrase !== undefined && { passphrase: environment.keyPassphrase }),
  now: () => Date.now(),
  profileFile: path.join(environment.configFolder, 'profile.json'),
  given: { ...(environment.url !== undefined && { url: environment.url }), ...(environment.token !== undefined && { token: environment.token }) },
  version,
});
