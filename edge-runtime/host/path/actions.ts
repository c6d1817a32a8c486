import { Dispatcher, type Outcome, type Undeliverable } from '../../actions/dispatcher.ts';
import { KafkaSink } from '../../actions/kafka-sink.ts';
import { LogSink } from '../../actions/log-sink.ts';
import type { Sink } from '../../actions/outgoing.ts';
import type { SinkOptions } from '../../actions/sink-options.ts';
import { WebhookSink } from '../../actions/webhook-sink.ts';
import { KafkaConnection } from '../../kernel/kafka.ts';
import { messageOf } from '../../kernel/path-error.ts';
import type { RedisClient } from '../../kernel/redis.ts';
import { DetectionOutbox } from '../../store/detection-outbox.ts';
import type { StoreKeys } from '../../store/keys.ts';
import { RedisOutgoingQueue } from '../../store/outgoing-queue.ts';
import type { DetectionDraft } from './detection-drafts.ts';
import type { PathDependencies } from './contract.ts';
import type { PathPlan } from './plan.ts';

/** How long a detection waits for its sinks before it is told with what is known. */
const outcomeWaitMs = 2000;

interface Pending {
  draft: DetectionDraft;
  /** Sinks that have not answered. */
  open: Set<string>;
  committedAtUs: number;
  cancel(): void;
}

/**
 * The action side of a session: a dispatcher for each sink, and detections that wait for what their sinks say. All of it
 * works from the store, so what a killed session left is taken up by the next.
 */
export class PathActions {
  readonly #dependencies: PathDependencies;
  readonly #outbox: DetectionOutbox;
  readonly #dispatchers: Map<string, Dispatcher>;
  readonly #pending = new Map<string, Pending>();
  readonly #settling = new Set<Promise<void>>();
  readonly #onRecord: () => void;

  constructor(plan: PathPlan, client: RedisClient, keys: StoreKeys, dependencies: PathDependencies, keep: (undeliverable: Undeliverable) => Promise<void>, onRecord: () => void) {
    this.#dependencies = dependencies;
    this.#outbox = new DetectionOutbox(client, keys);
    this.#onRecord = onRecord;
    const { clock, logger } = dependencies;
    this.#dispatchers = new Map(
      plan.rules.flatMap((rule) => rule.sinks).map(({ options, format }): [string, Dispatcher] => [
        options.id,
        new Dispatcher({
          sink: openSink(options, dependencies),
          type: options.type,
          format,
          queue: new RedisOutgoingQueue(client, keys.outgoing(options.id)),
          origin: dependencies.node,
          clock,
          logger,
          random: () => dependencies.random(),
          onOutcome: (outcome) => this.#note(outcome),
          keep,
        }),
      ]),
    );
  }

  /** Tells the detections that a former session left pending, then starts the sinks. */
  async start(): Promise<void> {
    const left = await this.#outbox.pending();
    for (const { id, record } of left) await this.#outbox.settle(id, record);
    if (left.length > 0) this.#onRecord();
    for (const dispatcher of this.#dispatchers.values()) dispatcher.start();
  }

  /** A step is in the store: its sinks have something to do, and its detections wait for them. */
  committed(sinks: ReadonlySet<string>, detections: readonly { id: string; draft: DetectionDraft; sinks: readonly string[] }[], recordsAdded: boolean): void {
    const { clock } = this.#dependencies;
    for (const { id, draft, sinks: open } of detections) {
      this.#pending.set(id, { draft, open: new Set(open), committedAtUs: clock.microseconds(), cancel: clock.after(outcomeWaitMs, () => this.#settle(id)) });
    }
    for (const sink of sinks) this.#dispatchers.get(sink)?.wake();
    if (recordsAdded) this.#onRecord();
  }

  status(): ReturnType<Dispatcher['status']>[] {
    return [...this.#dispatchers.values()].map((dispatcher) => dispatcher.status());
  }

  /** Events delivered by all sinks since the last call. */
  takeDelivered(): number {
    return [...this.#dispatchers.values()].reduce((sum, dispatcher) => sum + dispatcher.takeDelivered(), 0);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#dispatchers.values()].map((dispatcher) => dispatcher.stop()));
    for (const id of [...this.#pending.keys()]) this.#settle(id);
    await Promise.all(this.#settling);
  }

  #note({ sink, detection, outcome, message }: Outcome): void {
    const pending = this.#pending.get(detection);
    if (pending === undefined) return;
    pending.open.delete(sink);
    pending.draft.actions.push({ sink, outcome, ...(message !== undefined && { message: message.slice(0, 512) }) });
    if (pending.open.size === 0) this.#settle(detection);
  }

  #settle(id: string): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    this.#pending.delete(id);
    pending.cancel();
    const { draft, open, committedAtUs } = pending;
    for (const sink of open) draft.actions.push({ sink, outcome: 'buffered' });
    if (open.size === 0) draft.latencyUs += this.#dependencies.clock.microseconds() - committedAtUs;
    const settled = this.#outbox.settle(id, JSON.stringify(draft)).then(
      () => this.#onRecord(),
      // Redis is gone: the detection is still pending there and is told when the store is opened again.
      (error: unknown) => this.#dependencies.logger.warn('a detection waits for the store', { reason: messageOf(error) }),
    );
    this.#settling.add(settled);
    void settled.then(() => this.#settling.delete(settled));
  }
}

function openSink(options: SinkOptions, dependencies: PathDependencies): Sink {
  switch (options.type) {
    case 'kafka':
      return new KafkaSink(options, new KafkaConnection({ ...options.connection, clientId: `selvedge-${dependencies.node}` }));
    case 'webhook':
      return new WebhookSink(options);
    case 'log':
      return new LogSink(options.id, options.prefix, dependencies.logger, dependencies.clock);
  }
}
