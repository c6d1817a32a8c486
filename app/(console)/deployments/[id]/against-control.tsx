'use client';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { DeploymentDetail } from '../../../../server/deployments/schema.ts';
import { useTRPC } from '../../../_data/trpc.tsx';
import { RelativeTime } from '../../../_ui/relative-time.tsx';
import { Card } from '../../../_ui/card.tsx';
import { SkeletonRows } from '../../../_ui/skeleton.tsx';
import { gateBound, gateName, gateValue } from '../gate-words.ts';
import { ChangesBesideControl } from './change-strips.tsx';

type Wave = DeploymentDetail['waves'][number];

/** The wave that was looked at last, where one was beside nodes that stay behind. */
export function waveBesideControl(waves: readonly Wave[]): Wave | undefined {
  return waves.findLast(({ looks }) => looks[0]?.verdicts.some(({ controls, gate }) => controls > 0 && (gate.compare === 'atMostTimesControl' || gate.compare === 'atLeastTimesControl')) ?? false);
}

/** The newest look at a wave, drawn: how its nodes changed beside those that still run what all ran before. */
export function AgainstControl({ deployment, wave }: { deployment: string; wave: Wave }) {
  const trpc = useTRPC();
  const newest = wave.looks[0];
  const look = useQuery({ ...trpc.deployments.look.queryOptions({ id: deployment, wave: wave.index, look: newest?.look ?? 1 }), placeholderData: keepPreviousData });
  return (
    <Card span={7} title={`Wave ${wave.index + 1} against control`} subtitle="a dot a node, by how many times as much it does as before" actions={newest === undefined ? undefined : <RelativeTime at={newest.at} />} live>
      {look.data === undefined ? (
        <SkeletonRows rows={6} columns={1} />
      ) : (
        <div className="divide-y divide-line">
          {look.data.verdicts.map((verdict, index) =>
            look.data.changes[index] == null ? null : (
              <section key={`${verdict.gate.metric} ${verdict.gate.compare}`} aria-label={gateName(verdict.gate)} className="px-4 py-3">
                <h3 className="flex gap-2">
                  {gateName(verdict.gate)}
                  <span className="ml-auto tabular-nums">
                    {gateValue(verdict.gate, verdict.value)} <span className="text-faint">{gateBound(verdict.gate)}</span>
                  </span>
                </h3>
                <ChangesBesideControl changes={look.data.changes[index] ?? null} bound={verdict.gate.bound} label={verdict.message} />
              </section>
            ),
          )}
        </div>
      )}
    </Card>
  );
}
