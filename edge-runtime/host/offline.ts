import type { Activator } from '../activation/activator.ts';
import type { ArtefactStore } from '../activation/artefact-store.ts';
import { applyOfflineBundle } from '../activation/offline-bundle.ts';
import { NoRoomError } from '../activation/room.ts';
import type { TrustAnchor } from '../activation/trust.ts';
import { Rejection } from '../activation/verify.ts';
import type { GatewayApplyReply, GatewayReceiptReply } from '../gateway/backend.ts';
import { messageOf } from '../kernel/path-error.ts';
import { agentVersion, type Envelope, type Report } from '../protocol/index.ts';
import type { Receipts } from './receipts.ts';

export interface OfflineDependencies {
  readonly activator: Activator;
  readonly store: ArtefactStore;
  readonly trust: TrustAnchor;
  readonly receipts: Receipts;
  readonly followKeys: (keySets: readonly Envelope[]) => Promise<void>;
  readonly report: () => Report;
  /** The highest number that a record of this node has. */
  readonly recordsThrough: () => Promise<number>;
  readonly note: (entry: { reason: string; message: string; tone: 'info' | 'critical' }) => void;
  readonly now: () => number;
}

/** What a person at the site does with files where there is no link: brings a bundle, and takes a receipt along. */
export class Offline {
  readonly #deps: OfflineDependencies;
  #applying = false;

  constructor(deps: OfflineDependencies) {
    this.#deps = deps;
  }

  /** Takes a bundle from a file of this machine, one at a time. */
  async apply(file: string): Promise<GatewayApplyReply> {
    if (this.#applying) return { ok: false, code: 'busy', message: 'A file is being applied already.' };
    this.#applying = true;
    try {
      const { generation, digest } = await applyOfflineBundle(this.#deps, file);
      this.#deps.note({ reason: 'BundleFromFile', message: `Generation ${generation} was brought in a file.`, tone: 'info' });
      return { ok: true, generation, bundle: digest };
    } catch (error) {
      if (!(error instanceof Rejection) && !(error instanceof NoRoomError)) throw error;
      const reason = error instanceof Rejection ? error.code : error.reason;
      this.#deps.note({ reason, message: `A bundle that was brought in a file was refused: ${error.message}`.slice(0, 1024), tone: 'critical' });
      return { ok: false, code: reason === 'DiskFull' ? 'no-room' : 'refused', message: `${reason}: ${error.message}` };
    } finally {
      this.#applying = false;
    }
  }

  async receipt(): Promise<GatewayReceiptReply> {
    const { trust } = this.#deps.trust;
    if (trust === undefined) return { ok: false, code: 'refused', message: 'This node has not been welcomed by a control plane yet: nobody would know its receipt.' };
    let recordsThrough: number;
    try {
      recordsThrough = await this.#deps.recordsThrough();
    } catch (error) {
      return { ok: false, code: 'unavailable', message: `The store does not answer: ${messageOf(error)}` };
    }
    const { organization, node } = trust;
    return { ok: true, receipt: await this.#deps.receipts.write({ organization, node, at: this.#deps.now(), agentVersion, recordsThrough, report: this.#deps.report() }) };
  }
}
