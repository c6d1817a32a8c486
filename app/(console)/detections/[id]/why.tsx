'use client';
import { skipToken, useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useEffect, useEffectEvent, useState } from 'react';
import type { DetectionDetail } from '../../../../server/detections/schema.ts';
import { useTRPC } from '../../../_data/trpc.tsx';
import { Because } from '../../../_editor/because.tsx';
import type { Explanation } from '../../../_editor/preview-protocol.ts';
import { usePreview } from '../../../_editor/use-preview.ts';
import { plural } from '../../../_format/number.ts';
import { paths } from '../../../paths.ts';
import { Button } from '../../../_ui/button.tsx';
import { Card } from '../../../_ui/card.tsx';
import { rowOfDetection } from './row-of-detection.ts';

const noModels: never[] = [];

/**
 * Which events made this detection: the rule's version is run again, here, over the events that the node sent with it. They
 * are the latest of each stream, so a rule that looks far back may need more than there are; then it says so.
 */
export function Why({ detection }: { detection: DetectionDetail }) {
  const { rule, causes } = detection;
  return (
    <Card
      title="Why did it fire?"
      subtitle={causes.length === 0 ? undefined : `${rule.name} ${rule.version}, run again here over its ${plural(causes.length, 'event')}`}
      actions={<Button size="sm" render={<Link href={paths.rule(rule.name, { version: rule.version, detection: detection.id })} />}>Open in the editor</Button>}
    >
      {causes.length === 0 ? <p className="px-4 py-3.5 text-dim">The node kept no events for it, so it cannot be run again.</p> : <Replay detection={detection} />}
    </Card>
  );
}

function Replay({ detection }: { detection: DetectionDetail }) {
  const trpc = useTRPC();
  const version = useQuery(trpc.rules.version.queryOptions({ name: detection.rule.name, version: detection.rule.version }));
  const models = useQuery(trpc.models.signatures.queryOptions(version.data === undefined ? skipToken : {}));
  const preview = usePreview(models.data === undefined ? undefined : version.data?.text, null, models.data ?? noModels);
  const [explanation, setExplanation] = useState<Explanation | null | 'asking' | { failed: string }>('asking');
  const begin = useEffectEvent(() => void preview.loadEvents(detection.causes, 'the node'));
  useEffect(() => begin(), []);
  const { run, text, error } = preview.state;
  const explain = useEffectEvent((show: (found: Explanation | null | { failed: string }) => void) => {
    const row = run === undefined ? undefined : rowOfDetection(run.result, detection);
    if (row === undefined) show({ failed: `These ${plural(detection.causes.length, 'event')} do not make it again: the rule had seen more by then than the node keeps for a detection.` });
    else preview.client().explain(text, detection.stream, row, models.data ?? noModels).then(show, (failure: unknown) => show({ failed: failure instanceof Error ? failure.message : String(failure) }));
  });
  useEffect(() => {
    if (run === undefined) return undefined;
    let current = true;
    explain((found) => {
      if (current) setExplanation(found);
    });
    return () => {
      current = false;
    };
  }, [run]);
  const failure = error ?? (version.error ?? models.error)?.message;
  return <Because explanation={failure === undefined ? explanation : { failed: failure }} />;
}
