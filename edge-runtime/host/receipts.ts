import { join } from 'node:path';
import { z } from 'zod';
import { type Disk, machineDisk } from '../kernel/disk.ts';
import { readFileIfThere, writeFileDurably } from '../kernel/durable-file.ts';
import type { NodeIdentity } from '../link/identity.ts';
import { canonicalJson, type Receipt, type Report, receiptText, type SignedReceipt } from '../protocol/index.ts';

const FILE = 'receipts.json';
const fileSchema = z.object({ number: z.number().int().min(0) });

/** What a receipt says beside its number. */
export type ReceiptFacts = Omit<Receipt, 'schema' | 'number' | 'report'> & { readonly report: Report };

/** Signed statements of what the node runs, to be carried where its link does not reach. Each has a number, which is on the disk before it is given out. */
export class Receipts {
  readonly #path: string;
  readonly #identity: NodeIdentity;
  readonly #disk: Disk;
  #writing: Promise<unknown> = Promise.resolve();

  constructor(folder: string, identity: NodeIdentity, disk: Disk = machineDisk) {
    this.#path = join(folder, FILE);
    this.#identity = identity;
    this.#disk = disk;
  }

  /** The next one. Rejects when the disk refuses, or its file cannot be read. */
  async write(facts: ReceiptFacts): Promise<SignedReceipt> {
    const turn = this.#writing.then(async () => {
      const text = await readFileIfThere(this.#path, this.#disk);
      const number = (text === undefined ? 0 : fileSchema.parse(JSON.parse(text)).number) + 1;
      await writeFileDurably(this.#path, JSON.stringify({ number } satisfies z.infer<typeof fileSchema>), { disk: this.#disk });
      const payload = canonicalJson({ schema: 'selvedge.receipt/1', number, ...facts } satisfies Receipt);
      return { payload, signature: this.#identity.sign(receiptText(payload)) };
    });
    this.#writing = turn.catch(() => undefined);
    return turn;
  }
}
