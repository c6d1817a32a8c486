import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const profileSchema = z.object({
  nodes: z.array(z.object({ id: z.number(), callFrame: z.object({ functionName: z.string(), url: z.string() }) })),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
});

/**
 * What each part of the program used of the CPU, over all threads of a folder's profiles, as a line of text. Time inside
 * V8 itself (`JSON.parse`, regular expressions) goes to whoever called it.
 */
export async function timeByPart(folder: string): Promise<string> {
  const spent = new Map<string, number>();
  for (const file of await readdir(folder)) {
    const { nodes, samples, timeDeltas } = profileSchema.parse(JSON.parse(await readFile(join(folder, file), 'utf8')));
    const parts = new Map(nodes.map(({ id, callFrame }) => [id, partOf(callFrame.functionName, callFrame.url)]));
    samples.forEach((sample, index) => {
      const part = parts.get(sample) ?? 'other';
      spent.set(part, (spent.get(part) ?? 0) + (timeDeltas[index] ?? 0));
    });
  }
  spent.delete('idle');
  const total = [...spent.values()].reduce((sum, time) => sum + time, 0);
  const shares = [...spent].sort((a, b) => b[1] - a[1]).map(([part, time]) => `${part} ${((time / total) * 100).toFixed(1)} %`);
  return shares.slice(0, 12).join(' · ');
}

function partOf(functionName: string, url: string): string {
  if (functionName === '(idle)') return 'idle';
  if (functionName === '(garbage collector)') return 'garbage collection';
  const own = /edge-runtime\/([a-z]+)\//.exec(url)?.[1];
  const driver = /node_modules\/([^/]+)\//.exec(url)?.[1];
  if (url === '') return functionName === '(program)' ? 'native code' : 'compiled rules and built-ins';
  return own ?? driver ?? 'Node';
}
