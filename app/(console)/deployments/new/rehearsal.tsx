'use client';
import { useMutation } from '@tanstack/react-query';
import { useTRPC } from '../../../_data/trpc.tsx';
import { plural } from '../../../_format/number.ts';
import { duration } from '../../../_format/time.ts';
import { RolloutStatus } from '../../../_domain/state-status.tsx';
import { FailureState } from '../../../_shell/loaded.tsx';
import { Button } from '../../../_ui/button.tsx';
import { Card } from '../../../_ui/card.tsx';
import { Cell, HeadCell, Table } from '../../../_ui/table.tsx';
import type { RehearsalView } from '../../../../server/rehearsal/schema.ts';

/** Plays the plan against twins of its nodes when asked: how long it takes, whom it leaves behind, what its gates would notice. */
export function Rehearsal({ hash }: { hash: string }) {
  const trpc = useTRPC();
  const rehearsal = useMutation(trpc.rehearsal.rehearse.mutationOptions());
  const again = () => rehearsal.mutate({ hash });
  return (
    <Card title="Rehearsal" subtitle="the same rollout against twins of these nodes, on a clock of its own" actions={<Button busy={rehearsal.isPending} onClick={again}>{rehearsal.data === undefined ? 'Rehearse' : 'Rehearse again'}</Button>}>
      {rehearsal.isError ? <FailureState error={rehearsal.error} what="the rehearsal" retry={again} busy={rehearsal.isPending} /> : null}
      {rehearsal.data === undefined ? null : <Played view={rehearsal.data} />}
    </Card>
  );
}

function Played({ view }: { view: RehearsalView }) {
  const { offline, failed } = view.leftBehind;
  return (
    <div className="flex flex-col gap-3 p-4">
      <ul className="space-y-1">
        {view.ends.map((end) => (
          <li key={end.state} className="flex flex-wrap items-baseline gap-x-2">
            <RolloutStatus state={end.state} />
            <span className="text-dim">
              in {end.runs} of {plural(view.runs, 'run')}
              {end.message === '' || end.state === 'Succeeded' ? '' : `: ${end.message}`}
            </span>
          </li>
        ))}
      </ul>
      <p>
        Done in {duration(view.seconds.median * 1000)}, nine times of ten within {duration(view.seconds.p90 * 1000)}. {offline + failed === 0 ? 'No node is left behind.' : `${plural(offline + failed, 'node')} left behind: ${offline} not connected, ${failed} failed.`}
      </p>
      <Table label="Waves of the rehearsal">
        <thead>
          <tr>
            <HeadCell>Wave</HeadCell>
            <HeadCell numeric>Nodes</HeadCell>
            <HeadCell numeric>Passed after</HeadCell>
            <HeadCell numeric>Nine of ten within</HeadCell>
          </tr>
        </thead>
        <tbody>
          {view.waves.map((wave) => (
            <tr key={wave.index}>
              <Cell>{wave.index + 1}</Cell>
              <Cell numeric>{wave.nodes}</Cell>
              <Cell numeric>{wave.passedAfter === null ? 'never' : duration(wave.passedAfter.median * 1000)}</Cell>
              <Cell numeric>{wave.passedAfter === null ? '–' : duration(wave.passedAfter.p90 * 1000)}</Cell>
            </tr>
          ))}
        </tbody>
      </Table>
      {view.gates.map(({ gate, noticesFrom }) => (
        <p key={`${gate.metric} ${gate.compare}`}>
          {noticesFrom === null ? `The gate on ${words[gate.metric]} could not stop the first wave, whatever the bundle does.` : `The gate on ${words[gate.metric]} would stop the first wave from ${Number(noticesFrom.toPrecision(2))} times control on.`}
        </p>
      ))}
      <ul className="list-disc pl-4 text-sm text-dim">
        {view.assumptions.map((assumption) => (
          <li key={assumption}>{assumption}</li>
        ))}
      </ul>
    </div>
  );
}

const words: Record<RehearsalView['gates'][number]['gate']['metric'], string> = { detectionsPerHour: 'detections', errorsPercent: 'errors', latencyP95Ms: 'latency', eventsPerHour: 'events', predictionShift: 'predictions', featureShift: 'features' };
