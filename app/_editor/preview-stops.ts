import type { Environment } from '@selvedge/edge-runtime/cep';
import { plain, Stepper, type AskModel, type KeyChoice, type QueryLook, type Recording, type Stop } from '@selvedge/edge-runtime/cep/preview';
import { explanationOf } from './preview-explanation.ts';
import type { PreviewRequest, ShownStop, StoppedRow } from './preview-protocol.ts';

/** How far back the rows of a stop are explained; the one that is asked about elsewhere is followed further. */
const EXPLAINED_LEVELS = 2;

interface Around {
  environment: Environment;
  ask: AskModel;
  /** Lets messages in that have come meanwhile. */
  others: () => Promise<void>;
}

interface Stopped {
  stop: ShownStop | null;
  look: QueryLook | null;
}

const superseded: Stopped = { stop: null, look: null };

/** The run of this worker that stops at breakpoints; there is one at a time, and a newer request ends what goes on. */
export class Stops {
  private stepper: Stepper | undefined;
  private newest = 0;

  async begin({ id, text, breakpoints, until }: Extract<PreviewRequest, { kind: 'begin' }>, recording: Recording, { environment, ask, others }: Around): Promise<Stopped> {
    this.newest = id;
    const goOn = async (): Promise<boolean> => {
      const mine = this.newest;
      await others();
      return this.newest === mine && this.stepper === stepper;
    };
    const stepper = new Stepper(text, recording, { environment, ask, goOn });
    this.stepper = stepper;
    return this.shown(await stepper.runOn(breakpoints, until ?? undefined));
  }

  async go({ id, how, breakpoints, until }: Extract<PreviewRequest, { kind: 'go' }>): Promise<Stopped> {
    this.newest = id;
    const { stepper } = this;
    if (stepper === undefined) return superseded;
    return this.shown(how === 'step' ? await stepper.step() : await stepper.runOn(breakpoints, until ?? undefined));
  }

  look(query: string, choice: KeyChoice): QueryLook | null {
    return this.stepper?.look(query, choice) ?? null;
  }

  private shown(stop: Stop | undefined): Stopped {
    const { stepper } = this;
    if (stop === undefined || stepper === undefined) return superseded;
    const { put, ...where } = stop;
    const { reason } = where;
    const query = reason.kind === 'breakpoint' ? reason.query : undefined;
    return {
      stop: {
        ...where,
        put: put.map((one) => {
          const names = stepper.namesOf(one.query);
          return {
            query: one.query,
            total: one.total,
            rows: one.rows.map(({ timestamp, row }): StoppedRow => {
              const because = explanationOf(stepper, row, EXPLAINED_LEVELS);
              return { at: timestamp, data: Object.fromEntries(row.map((value, place) => [names[place] ?? `value ${place + 1}`, plain(value)])), ...(because === undefined ? {} : { because }) };
            }),
          };
        }),
      },
      look: query === undefined ? null : stepper.look(query),
    };
  }
}
