/** What an ONNX file says about itself, read from its protocol-buffer fields (onnx.proto3) without the runtime. */
export interface OnnxFile {
  irVersion: number;
  producer: string;
  /** Version of each operator set by domain; the standard one is ''. */
  opsets: Record<string, number>;
  /** Files beside the model that its weights would be read from. */
  externalData: string[];
  hasGraph: boolean;
}

/** The bytes end in the middle of a field, or are not protocol-buffer fields at all. */
export class OnnxFormatError extends Error {
  override readonly name = 'OnnxFormatError';
}

/** Reads a ModelProto. Throws an `OnnxFormatError` saying where the bytes stop making sense. */
export function readOnnxFile(bytes: Uint8Array): OnnxFile {
  const file: OnnxFile = { irVersion: 0, producer: '', opsets: {}, externalData: [], hasGraph: false };
  let producerVersion = '';
  for (const field of fields(bytes)) {
    if (field.number === 1) file.irVersion = field.value;
    else if (field.number === 2) file.producer = text(field.bytes);
    else if (field.number === 3) producerVersion = text(field.bytes);
    else if (field.number === 8) readOpset(field.bytes, file.opsets);
    else if (field.number === 7) {
      file.hasGraph = true;
      readGraph(field.bytes, file.externalData);
    }
  }
  if (producerVersion !== '') file.producer = `${file.producer} ${producerVersion}`.trim();
  return file;
}

function readOpset(bytes: Uint8Array, opsets: Record<string, number>): void {
  let domain = '';
  let version = 0;
  for (const field of fields(bytes)) {
    if (field.number === 1) domain = text(field.bytes);
    else if (field.number === 2) version = field.value;
  }
  opsets[domain] = version;
}

function readGraph(bytes: Uint8Array, externalData: string[]): void {
  for (const field of fields(bytes)) {
    if (field.number === 5) readInitializer(field.bytes, externalData);
  }
}

function readInitializer(bytes: Uint8Array, externalData: string[]): void {
  let location = '';
  let isExternal = false;
  for (const field of fields(bytes)) {
    if (field.number === 14) isExternal = field.value === 1;
    else if (field.number === 13) location = readLocation(field.bytes) ?? location;
  }
  if (isExternal && !externalData.includes(location)) externalData.push(location);
}

function readLocation(bytes: Uint8Array): string | undefined {
  let key = '';
  let value = '';
  for (const field of fields(bytes)) {
    if (field.number === 1) key = text(field.bytes);
    else if (field.number === 2) value = text(field.bytes);
  }
  return key === 'location' ? value : undefined;
}

interface Field {
  number: number;
  value: number;
  bytes: Uint8Array;
}

const noBytes = new Uint8Array(0);

function* fields(bytes: Uint8Array): Generator<Field> {
  const cursor = { at: 0 };
  while (cursor.at < bytes.length) {
    const tag = varint(bytes, cursor);
    const number = Math.floor(tag / 8);
    if (number === 0) throw new OnnxFormatError(`byte ${cursor.at} starts no field`);
    const kind = tag % 8;
    if (kind === 0) yield { number, value: varint(bytes, cursor), bytes: noBytes };
    else if (kind === 2) yield { number, value: 0, bytes: take(bytes, cursor, varint(bytes, cursor)) };
    else if (kind === 1 || kind === 5) yield { number, value: 0, bytes: take(bytes, cursor, kind === 1 ? 8 : 4) };
    else throw new OnnxFormatError(`byte ${cursor.at} has an unknown field kind`);
  }
}

function take(bytes: Uint8Array, cursor: { at: number }, length: number): Uint8Array {
  const end = cursor.at + length;
  if (end > bytes.length) throw new OnnxFormatError(`${end - bytes.length} bytes are missing at the end`);
  const part = bytes.subarray(cursor.at, end);
  cursor.at = end;
  return part;
}

/** Values past 2^53 lose digits; none that matters here is that large. */
function varint(bytes: Uint8Array, cursor: { at: number }): number {
  let value = 0;
  let scale = 1;
  for (let count = 0; count < 10; count += 1) {
    const byte = bytes[cursor.at];
    if (byte === undefined) throw new OnnxFormatError('the file ends in the middle of a number');
    cursor.at += 1;
    value += (byte % 128) * scale;
    if (byte < 128) return value;
    scale *= 128;
  }
  throw new OnnxFormatError(`byte ${cursor.at} ends no number`);
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
