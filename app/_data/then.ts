import { createLoader, createParser } from 'nuqs/server';

/** A moment as the pages write it, ISO 8601, or as the API has it, in milliseconds since 1970. */
const parseAsMoment = createParser<Date>({
  parse: (text) => {
    const moment = new Date(/^\d+$/.test(text) ? Number(text) : text);
    return Number.isNaN(moment.getTime()) ? null : moment;
  },
  serialize: (moment) => moment.toISOString(),
  eq: (one, other) => one.getTime() === other.getTime(),
});

/** The moment of the past that the pages of nodes, fleets and a deployment show, in the address as `?at=`; without one they show now. */
export const thenParser = { at: parseAsMoment };

export const loadThen = createLoader(thenParser);

/** The same as part of a question to the control plane. */
export function thenInput(at: Date | null): { at?: number } {
  return at === null ? {} : { at: at.getTime() };
}
