'use client';
import { useQuery } from '@tanstack/react-query';
import type { NodeBudget } from '../../../../server/telemetry/schema.ts';
import { useTRPC } from '../../../_data/trpc.tsx';
import { bytes, count, plural } from '../../../_format/number.ts';
import { Status } from '../../../_ui/status.tsx';
import { Tooltip } from '../../../_ui/tooltip.tsx';

/** What of its telemetry budget a node used in this minute, and what was left out for it; no rows while it does not tell. */
export function useBudgetRows(node: string) {
  const trpc = useTRPC();
  const budgets = useQuery({ ...trpc.telemetry.budgets.queryOptions({ nodes: [node] }), refetchInterval: 5_000 });
  const budget = budgets.data?.[0];
  if (budget === undefined) return [];
  return [
    {
      name: 'Telemetry this minute',
      value: (
        <Tooltip content={budget.previous === undefined ? 'What it may send of figures and of watched streams in a minute, and sent.' : `${bytes(budget.previous.bytes)} in the minute before.`}>
          <span tabIndex={0}>
            {bytes(budget.current.bytes)} <span className="text-dim">of {bytes(budget.limit)}</span>
          </span>
        </Tooltip>
      ),
    },
    { name: 'Left out for it', value: <LeftOut budget={budget} /> },
  ];
}

function LeftOut({ budget: { current, previous } }: { budget: NodeBudget }) {
  const rows = current.rowsLeftOut + (previous?.rowsLeftOut ?? 0);
  const late = current.messagesDelayed + (previous?.messagesDelayed ?? 0);
  if (rows + late === 0) return 'nothing';
  const word = [...(rows === 0 ? [] : [plural(rows, 'row')]), ...(late === 0 ? [] : [`${count(late)} late`])].join(', ');
  return <Status tone="notice" word={word} detail="Of watched streams rows were left out, or figures came late, in this minute and the one before: the budget of telemetry was used up. It is in the settings of the fleet. Detections and reports are no part of it." />;
}
