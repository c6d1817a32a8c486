import { join } from 'node:path';
import { z } from 'zod';
import type { Disk } from '../kernel/disk.ts';
import { readFileIfThere, renameDurably, writeFileDurably } from '../kernel/durable-file.ts';
import { digestSchema, envelopeSchema, generationSchema } from '../protocol/index.ts';
import type { VerifiedDesired } from './verify.ts';

const FILE = 'activation.json';

const signedSchema = z.object({ assignment: envelopeSchema, bundle: envelopeSchema });
const failureSchema = z.object({ generation: generationSchema, bundle: digestSchema, reason: z.string(), message: z.string(), at: z.number().int() });
const holdSchema = z.object({ until: z.number().int(), reason: z.string().max(512) });
const fileSchema = z.object({
  schema: z.literal('selvedge.activation/1'),
  highestGeneration: generationSchema,
  current: signedSchema.nullable(),
  previous: signedSchema.nullable(),
  probation: z.object({ starts: z.number().int() }).nullable(),
  desired: signedSchema.nullable(),
  failure: failureSchema.nullable(),
  hold: holdSchema.nullable(),
});

export type ActivationFailure = z.infer<typeof failureSchema>;
export type Hold = z.infer<typeof holdSchema>;

/** What the node must run, as its disk knows it. */
export interface JournalState {
  /** The highest generation ever accepted: nothing at or below it is accepted again (I1). */
  readonly highestGeneration: number;
  /** What runs, or must come up. */
  readonly current: VerifiedDesired | null;
  /** What ran before `current`: to go back to while `current` is on probation. */
  readonly previous: VerifiedDesired | null;
  /** `current` has not proven itself yet; `starts` counts how often it was started without having done so. */
  readonly probation: { readonly starts: number } | null;
  /** Accepted and not switched to. */
  readonly desired: VerifiedDesired | null;
  /** The last generation that could not be activated; not tried again by itself. */
  readonly failure: ActivationFailure | null;
  readonly hold: Hold | null;
}

const blank: JournalState = { highestGeneration: 0, current: null, previous: null, probation: null, desired: null, failure: null, hold: null };

/**
 * The one file on which it hangs what the node runs. It is replaced as one step, so a crash before comes up with the old
 * state and one after with the new (I2). Memory changes only after the disk has.
 */
export class ActivationJournal {
  readonly #path: string;
  readonly #disk: Disk;
  #state: JournalState;
  #writing: Promise<unknown> = Promise.resolve();

  private constructor(path: string, disk: Disk, state: JournalState) {
    this.#path = path;
    this.#disk = disk;
    this.#state = state;
  }

  /**
   * Reads the file and proves again whatever it names with `verify`, which throws for what does not verify (I3).
   * `onProblem` hears of a damaged file, which is put aside, and of what was left out.
   */
  static async load(folder: string, disk: Disk, verify: (signed: z.infer<typeof signedSchema>) => VerifiedDesired, onProblem: (message: string) => void): Promise<ActivationJournal> {
    const path = join(folder, FILE);
    const text = await readFileIfThere(path, disk);
    if (text === undefined) return new ActivationJournal(path, disk, blank);
    let file: z.infer<typeof fileSchema>;
    try {
      file = fileSchema.parse(JSON.parse(text));
    } catch {
      await renameDurably(path, `${path}.damaged`, disk);
      onProblem(`${FILE} was damaged and is kept as ${FILE}.damaged; the node waits to be told what to run.`);
      return new ActivationJournal(path, disk, blank);
    }
    const proven = (signed: z.infer<typeof signedSchema> | null): VerifiedDesired | null => {
      try {
        return signed === null ? null : verify(signed);
      } catch (error) {
        onProblem(`What ${FILE} names does not verify and will not run: ${error instanceof Error ? error.message : String(error)}`);
        return null;
      }
    };
    return new ActivationJournal(path, disk, { ...file, current: proven(file.current), previous: proven(file.previous), desired: proven(file.desired) });
  }

  get state(): JournalState {
    return this.#state;
  }

  /**
   * Changes the state, on disk and then in memory; changes wait for each other, and `change` sees the one before.
   * Rejects, with nothing changed, when the disk refuses or `change` throws; `between` is then not begun. It is done when
   * the new state is on the disk and does not count yet.
   */
  async update(change: (state: JournalState) => Partial<JournalState>, between?: () => Promise<void>): Promise<void> {
    const turn = this.#writing.then(async () => {
      const next = { ...this.#state, ...change(this.#state) };
      await writeFileDurably(this.#path, JSON.stringify({ ...next, schema: 'selvedge.activation/1', current: signedOf(next.current), previous: signedOf(next.previous), desired: signedOf(next.desired) } satisfies z.infer<typeof fileSchema>), { disk: this.#disk, ...(between !== undefined && { between }) });
      this.#state = next;
    });
    this.#writing = turn.catch(() => undefined);
    await turn;
  }
}

function signedOf(bundle: VerifiedDesired | null): z.infer<typeof signedSchema> | null {
  return bundle === null ? null : { assignment: bundle.assignment, bundle: bundle.bundle };
}
