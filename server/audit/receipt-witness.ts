import { receiptSchema, receiptText, signedReceiptSchema } from '@selvedge/edge-runtime/protocol';
import { z } from 'zod';
import { isSignedBy } from './verify-export.ts';
import type { ExportedEntry } from './verify-export.ts';

/** What an entry says that gave a node its key: by a token or a person it is another object than where the node came with it. */
const keySchema = z.looseObject({ publicKey: z.string(), node: z.string().optional() });
const bundleSchema = z.looseObject({ bundle: z.string() });

export interface ReceiptVerdict {
  agrees: boolean;
  text: string;
}

/**
 * Holds what nodes say in receipts against what the audit chain says was done: whose key signed it, and whether the bundle that it runs was
 * ever deployed here. It is shown the entries of an export, and asked when that was found whole.
 */
export class ReceiptWitness {
  readonly #nodes = new Map<string, { name: string; keys: string[] }>();
  /** The entry that first named a bundle, by its digest. */
  readonly #bundles = new Map<string, number>();
  #organization = '';

  see({ organizationId, sequence, action, object, outcome, after }: ExportedEntry): void {
    this.#organization = organizationId;
    if (outcome !== 'done') return;
    const key = keySchema.safeParse(after).data;
    if (key !== undefined && ['enrollment.admit', 'enrollment.approve', 'enrollment.readmit', 'node.takeKey'].includes(action)) {
      const id = key.node ?? object.id;
      this.#nodes.set(id, { name: object.name, keys: [...(this.#nodes.get(id)?.keys ?? []), key.publicKey] });
    }
    const deployed = action.startsWith('deployment.') ? bundleSchema.safeParse(after).data : undefined;
    if (deployed !== undefined && !this.#bundles.has(deployed.bundle)) this.#bundles.set(deployed.bundle, sequence);
  }

  /** The text of a receipt file held against the chain. */
  check(text: string): ReceiptVerdict {
    const signed = signedReceiptSchema.safeParse(parsed(text)).data;
    const receipt = receiptSchema.safeParse(signed === undefined ? undefined : parsed(signed.payload)).data;
    if (signed === undefined || receipt === undefined) return { agrees: false, text: 'This is no receipt.' };
    const { number, report } = receipt;
    const node = this.#nodes.get(receipt.node);
    const against = (because: string): ReceiptVerdict => ({ agrees: false, text: `Receipt ${number} of ${node?.name ?? receipt.node} does not agree with the chain: ${because}.` });
    if (receipt.organization !== this.#organization) return against('it is of another organization');
    if (node === undefined) return against('no entry says by which key it came here; one does when it enrols, or takes another key');
    if (!node.keys.some((key) => isSignedBy(key, receiptText(signed.payload), signed.signature))) return against('none of the keys that the node had signed it');
    const bundle = report.bundle ?? null;
    const entry = bundle === null ? undefined : this.#bundles.get(bundle);
    if (bundle !== null && entry === undefined) return against(`nobody deployed the bundle ${bundle} that it runs`);
    return { agrees: true, text: `Receipt ${number} of ${node.name} agrees: generation ${report.observedGeneration}, ${bundle === null ? 'no bundle' : `the bundle ${bundle} of entry ${entry}`}, ${report.sync}.` };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
