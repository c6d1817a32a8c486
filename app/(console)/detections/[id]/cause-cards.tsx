'use client';
import { useQuery } from '@tanstack/react-query';
import type { DetectionDetail } from '../../../../server/detections/schema.ts';
import { useTRPC } from '../../../_data/trpc.tsx';
import { count } from '../../../_format/number.ts';
import { Card } from '../../../_ui/card.tsx';
import { Disclosure } from '../../../_ui/disclosure.tsx';
import { EmptyState } from '../../../_ui/empty-state.tsx';
import { Skeleton } from '../../../_ui/skeleton.tsx';
import { CauseCharts } from './cause-charts.tsx';
import { causeStreams, causeWindow, inFront, type CauseStream } from './cause-streams.ts';

/**
 * The events behind a detection. What the query that made it reads is drawn; what that was made of in turn is one line a stream,
 * opened where somebody goes further back. Which is which is in the rule's version.
 */
export function CauseStreams({ detection }: { detection: DetectionDetail }) {
  const trpc = useTRPC();
  const version = useQuery(trpc.rules.version.queryOptions({ name: detection.rule.name, version: detection.rule.version }));
  if (detection.causes.length === 0) {
    return (
      <Card title="The events that caused it">
        <EmptyState kind="nothing-yet" title="The node kept no events for it">
          It may have been restored from a checkpoint just before.
        </EmptyState>
      </Card>
    );
  }
  // What is drawn must not change under the pointer once the version is known.
  if (version.isPending) return <Skeleton className="col-span-12 h-72 rounded-lg" />;
  const { front, behind } = inFront(causeStreams(detection.causes), version.data?.analysis.queries ?? [], detection.stream);
  const window = causeWindow(detection);
  return (
    <>
      {front.map((stream) => (
        <Card key={stream.name} title={stream.name} subtitle={extent(stream)}>
          <CauseCharts stream={stream} window={window} detection={detection} />
        </Card>
      ))}
      {behind.length === 0 ? null : (
        <Card title="Further back" subtitle="what those were made of in turn">
          <div className="px-4 [&>details:first-child]:border-t-0">
            {behind.map((stream) => (
              <Disclosure key={stream.name} title={stream.name} summary={extent(stream)} drawWhenOpened>
                <div className="-mx-4 border-t border-line">
                  <CauseCharts stream={stream} window={window} detection={detection} />
                </div>
              </Disclosure>
            ))}
          </div>
        </Card>
      )}
    </>
  );
}

const extent = ({ rows }: CauseStream): string => `${count(rows.length)} latest ${rows.length === 1 ? 'event' : 'events'} before it`;
