import { describe, expect, test } from 'vitest';
import { systemClock } from '../kernel/clock.ts';
import { emptySketch, type Telemetry } from '../protocol/index.ts';
import type { PathTelemetry } from './path/contract.ts';
import { TelemetryCollector } from './telemetry-collector.ts';

/** A node whose path has counted `events` since it was last asked, and whose link takes messages or not. */
function node() {
  const sent: Telemetry[] = [];
  const state = { now: 0, events: 0, linked: true, version: 0 };
  const collector = new TelemetryCollector({
    clock: { ...systemClock(), now: () => state.now },
    takePath: () => {
      const { events } = state;
      state.events = 0;
      return Promise.resolve({ ...counted(events), models: state.version === 0 ? [] : [modelOf(state.version)] });
    },
    measureOutbox: () => Promise.resolve({ records: 0, bytes: 0, oldestAt: undefined }),
    takeLost: () => 0,
    send: (telemetry) => {
      if (state.linked) sent.push(telemetry);
      return state.linked;
    },
  });
  const happen = (events: number): void => {
    state.now += 1000;
    state.events += events;
  };
  return { collector, sent, state, happen };
}

const counted = (events: number): PathTelemetry => ({ from: 0, to: 0, streams: [{ stream: 'Readings', events }], sources: [], models: [], detections: events, actions: 0, deadLetters: 0, stored: 0, latencyUs: emptySketch(), queues: [], process: { storeBytes: 0 } });

/** A version of a model that tells of twenty attributes, each spread as wide as it may be. */
const modelOf = (version: number): PathTelemetry['models'][number] => ({
  name: 'm', version, predictions: 1, errors: 0, latencyUs: emptySketch(),
  spreads: Array.from({ length: 20 }, (_, attribute) => ({ attribute: `attribute_${attribute}`, side: 'input', resolution: 4, bins: Array.from({ length: 64 }, (_bin, bin): [number, number] => [bin, 250 + bin]), missing: 0 })),
});

describe('what a node counts', () => {
  test('a scrape sees everything until now and sends nothing', async () => {
    const { collector, sent, happen } = node();
    happen(3);
    expect((await collector.scrape()).detections).toBe(3);
    happen(2);
    expect((await collector.scrape()).detections).toBe(5);
    expect(sent).toEqual([]);
  });

  test('an interval that was scraped on its way is sent whole, and once', async () => {
    const { collector, sent, happen } = node();
    happen(3);
    await collector.scrape();
    happen(2);
    await collector.collect();
    happen(4);
    await collector.collect();
    expect(sent.map(({ from, to, detections }) => ({ from, to, detections }))).toEqual([
      { from: 0, to: 2000, detections: 5 },
      { from: 2000, to: 3000, detections: 4 },
    ]);
  });

  test('scrapes and intervals at the same time lose nothing and count nothing twice', async () => {
    const { collector, sent, happen } = node();
    happen(7);
    await Promise.all([collector.scrape(), collector.collect(), collector.scrape()]);
    await collector.collect();
    expect(sent.reduce((sum, { detections }) => sum + detections, 0)).toBe(7);
    expect((await collector.scrape()).detections).toBe(7);
  });

  test('a message stays small after a long time without a link: the newest models keep their spreads', async () => {
    const { collector, sent, state, happen } = node();
    state.linked = false;
    for (let version = 1; version <= 5; version += 1) {
      state.version = version;
      happen(1);
      await collector.collect();
    }
    state.linked = true;
    await collector.collect();
    const [{ models } = { models: [] }] = sent;
    expect(models.map(({ version, spreads }) => [version, spreads?.length ?? 0])).toEqual([[1, 0], [2, 0], [3, 0], [4, 12], [5, 20]]);
    expect(JSON.stringify(sent[0]).length).toBeLessThan(32_768);
  });

  test('without a link the interval goes on until there is one', async () => {
    const { collector, sent, state, happen } = node();
    state.linked = false;
    happen(3);
    await collector.collect();
    state.linked = true;
    happen(2);
    await collector.collect();
    expect(sent.map(({ from, to, detections }) => ({ from, to, detections }))).toEqual([{ from: 0, to: 2000, detections: 5 }]);
  });
});
