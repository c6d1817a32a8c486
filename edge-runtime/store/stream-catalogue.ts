import { z } from 'zod';
import type { Attribute } from '../cep/index.ts';
import type { RedisClient } from '../kernel/redis.ts';
import type { StoredStream } from './step.ts';

const attributeSchema = z.object({ name: z.string(), type: z.enum(['int', 'long', 'float', 'double', 'bool', 'string', 'object']) });
const versionsSchema = z.array(z.array(attributeSchema));

/** Every list of attributes a stream has had, oldest first: rows name theirs by its place, so they outlive a change of rule. */
export type AttributeVersions = readonly (readonly Attribute[])[];

export async function readCatalogue(client: RedisClient, key: string): Promise<Map<string, AttributeVersions>> {
  const entries = Object.entries(await client.hgetall(key));
  return new Map(entries.map(([stream, text]) => [stream, versionsSchema.parse(JSON.parse(text))]));
}

/** The number of this list of attributes; adds it where it is new. There is one writer, so reading first is safe. */
export async function declareStream(client: RedisClient, key: string, stream: StoredStream): Promise<number> {
  const text = await client.hget(key, stream.name);
  const versions = text === null ? [] : versionsSchema.parse(JSON.parse(text));
  const known = versions.findIndex((attributes) => JSON.stringify(attributes.map(shape)) === JSON.stringify(stream.attributes.map(shape)));
  if (known !== -1) return known;
  versions.push(stream.attributes.map(({ name, type }) => ({ name, type })));
  await client.hset(key, stream.name, JSON.stringify(versions));
  return versions.length - 1;
}

function shape({ name, type }: Attribute): [string, string] {
  return [name, type];
}
