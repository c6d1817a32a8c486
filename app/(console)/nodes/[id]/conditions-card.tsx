import type { NodeDetail } from '../../../../server/nodes/schema.ts';
import { ConditionState } from '../../../_domain/state-status.tsx';
import { Card } from '../../../_ui/card.tsx';
import { AbsoluteTime } from '../../../_ui/moment.tsx';
import { RelativeTime } from '../../../_ui/relative-time.tsx';
import { Cell, HeadCell, Table } from '../../../_ui/table.tsx';

/** What it says of its parts, and what the control plane adds. */
export function Conditions({ node, live = true }: { node: NodeDetail; live?: boolean }) {
  return (
    <Card title="Conditions" live={live}>
      {node.conditions.length === 0 ? (
        <p className="px-4 py-6 text-center text-dim">It has not reported any yet.</p>
      ) : (
        <Table label="Conditions">
          <thead>
            <tr>
              <HeadCell>Condition</HeadCell>
              <HeadCell>Status</HeadCell>
              <HeadCell>Reason</HeadCell>
              <HeadCell>Message</HeadCell>
              <HeadCell numeric>Since</HeadCell>
            </tr>
          </thead>
          <tbody>
            {node.conditions.map((condition) => (
              <tr key={condition.type}>
                <Cell>
                  <span className="font-medium">{condition.type}</span>
                </Cell>
                <Cell>
                  <ConditionState type={condition.type} status={condition.status} reason={condition.reason} message={condition.message} since={live ? condition.lastTransitionTime : null} />
                </Cell>
                <Cell mono>{condition.reason}</Cell>
                <Cell>
                  <span className="text-dim" title={condition.message}>
                    {condition.message}
                  </span>
                </Cell>
                <Cell numeric>
                  {live ? <RelativeTime at={condition.lastTransitionTime} /> : <AbsoluteTime at={condition.lastTransitionTime} />}
                </Cell>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </Card>
  );
}
