import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { appendToUpload, createUpload } from '../../artefacts/service.ts';
import type { Actor } from '../../kernel/actor.ts';
import type { Deps } from '../../kernel/deps.ts';

/** An ONNX file of the agent's own tests. */
export async function onnxFixture(name: string): Promise<Uint8Array> {
  return readFile(fileURLToPath(new URL(`../../../edge-runtime/infer/fixtures/${name}.onnx`, import.meta.url)));
}

/** A complete upload of these bytes; returns its id. */
export async function anUpload(deps: Deps, actor: Actor, bytes: Uint8Array): Promise<string> {
  const { id } = await createUpload(deps, actor, { bytes: bytes.length, kind: 'model' });
  await appendToUpload(deps, actor, id, 0, bytes);
  return id;
}
