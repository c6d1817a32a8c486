'use client';
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import type { DetectionDetail } from '../../../../server/detections/schema.ts';
import { useTRPC } from '../../../_data/trpc.tsx';
import { shortDigest } from '../../../_format/names.ts';
import { attributeText, count } from '../../../_format/number.ts';
import { microseconds } from '../../../_format/time.ts';
import { paths } from '../../../paths.ts';
import { Loaded } from '../../../_shell/loaded.tsx';
import { PageFrame } from '../../../_shell/page-frame.tsx';
import { Card, Grid } from '../../../_ui/card.tsx';
import { Details } from '../../../_ui/details.tsx';
import { AbsoluteTime, MomentsOfToday } from '../../../_ui/moment.tsx';
import { PageHead } from '../../../_ui/page-head.tsx';
import { RelativeTime } from '../../../_ui/relative-time.tsx';
import { Skeleton } from '../../../_ui/skeleton.tsx';
import { Shape, Status, type Tone } from '../../../_ui/status.tsx';
import { severityTones, severityWords } from '../detection-columns.tsx';
import { CauseStreams } from './cause-cards.tsx';
import { Why } from './why.tsx';

export function DetectionPage({ id }: { id: string }) {
  const trpc = useTRPC();
  const detection = useQuery(trpc.detections.get.queryOptions({ id }));
  return (
    <PageFrame crumbs={[{ label: 'Detections', href: paths.detections() }, { label: detection.data?.title ?? 'Detection' }]}>
      <Loaded query={detection} what="the detection" back={{ label: 'All detections', href: paths.detections() }} skeleton={<Skeleton className="h-72 w-full rounded-lg" />}>
        {(data) => (
          <MomentsOfToday among={[data.at]}>
            <Content detection={data} />
          </MomentsOfToday>
        )}
      </Loaded>
    </PageFrame>
  );
}

const outcomes: Record<DetectionDetail['actions'][number]['outcome'], { tone: Tone; word: string }> = {
  delivered: { tone: 'positive', word: 'delivered' },
  buffered: { tone: 'notice', word: 'buffered' },
  failed: { tone: 'critical', word: 'failed' },
};

function Content({ detection }: { detection: DetectionDetail }) {
  const late = detection.receivedAt - detection.at;
  return (
    <>
      <PageHead
        title={detection.title}
        purpose={
          <>
            <Status tone={severityTones[detection.severity]} word={severityWords[detection.severity]} />
            <span>
              on <Link href={paths.node(detection.node.id)} className="text-ink hover:underline">{detection.node.name}</Link>
            </span>
            <RelativeTime at={detection.at} />
            <span>
              by <Link href={paths.rule(detection.rule.name, { version: detection.rule.version })} className="text-ink hover:underline">{`${detection.rule.name} ${detection.rule.version}`}</Link>
            </span>
          </>
        }
      />
      <Grid>
        <Card title="What was emitted" subtitle={`into ${detection.stream}`} span={5}>
          <Details rows={Object.entries(detection.data).map(([name, value]) => ({ name, value: value === null ? null : <span className="tabular-nums">{attributeText(value)}</span> }))} />
        </Card>
        <Card title="What was done" span={7}>
          {detection.actions.length === 0 ? (
            <p className="px-4 py-6 text-center text-dim">The rule has no sink for this stream, so it was recorded and nothing else.</p>
          ) : (
            <ul className="divide-y divide-line">
              {detection.actions.map((action, index) => (
                <li key={`${action.sink} ${index}`} className="grid grid-cols-[18px_1fr_auto] gap-x-2.5 px-4 py-2.5">
                  <Shape tone={outcomes[action.outcome].tone} className="mt-[3px]" />
                  <span className="font-medium">{action.sink}</span>
                  <span className="text-dim">{outcomes[action.outcome].word}</span>
                  {action.message ? <p className="col-start-2 col-end-4 text-dim">{action.message}</p> : null}
                </li>
              ))}
            </ul>
          )}
          <div className="border-t border-line">
            <Details
              rows={[
                { name: 'Took', value: `${microseconds(detection.latencyUs)} from the event's arrival to the action` },
                { name: 'Happened', value: <AbsoluteTime at={detection.at} milliseconds /> },
                { name: 'Arrived here', value: late < 5000 ? `${count(Math.max(0, late))} ms later` : <RelativeTime at={detection.receivedAt} /> },
                { name: 'Models', value: detection.models.length === 0 ? 'none' : detection.models.map((model) => <Link key={model.name} href={paths.model(model.name, { version: model.version })} className="mr-3 hover:underline">{`${model.name} ${model.version}`}</Link>) },
                { name: 'Bundle', value: <><code>{shortDigest(detection.bundle)}</code> <span className="text-dim">generation {count(detection.generation)}, record {count(detection.sequence)}</span></> },
              ]}
            />
          </div>
        </Card>
        <Why detection={detection} />
        <CauseStreams detection={detection} />
      </Grid>
    </>
  );
}
