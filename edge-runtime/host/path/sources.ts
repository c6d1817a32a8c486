import { FileSource } from '../../ingest/file-source.ts';
import { HttpSource, type Journal } from '../../ingest/http-source.ts';
import { KafkaSource, type SourceDependencies } from '../../ingest/kafka-source.ts';
import type { EventBatch, Source } from '../../kernel/event-batch.ts';
import type { Intake } from '../../kernel/intake.ts';
import { KafkaConnection } from '../../kernel/kafka.ts';
import type { PathDependencies } from './contract.ts';
import type { PathPlan } from './plan.ts';

/** A source of a session, and where its events go. */
export interface SessionSource {
  source: Source;
  rule: string;
  stream: string;
  type: string;
}

export interface SourceOpener {
  intake: Intake;
  openJournal(source: string): Promise<Journal>;
  dependencies: PathDependencies;
}

/** Makes every source of the plan, not started yet. */
export async function openSources(plan: PathPlan, opener: SourceOpener): Promise<SessionSource[]> {
  const { intake, dependencies } = opener;
  const { clock, logger, node } = dependencies;
  const opened: SessionSource[] = [];
  for (const rule of plan.rules) {
    for (const { options, stream, decoder } of rule.sources) {
      const shared: SourceDependencies = { decoder: decoder(), put: (batch: EventBatch) => intake.put(Object.assign(batch, { putAtUs: clock.microseconds() })), clock, logger, random: () => dependencies.random() };
      opened.push({ source: await openSource(), rule: rule.name, stream, type: options.type });

      async function openSource(): Promise<Source> {
        switch (options.type) {
          case 'kafka':
            return new KafkaSource(options, new KafkaConnection({ ...options.connection, clientId: `selvedge-${node}` }), shared);
          case 'http':
            return new HttpSource(options, await opener.openJournal(options.id), () => intake.isFull, shared);
          case 'file':
            return new FileSource(options, shared);
        }
      }
    }
  }
  return opened;
}
