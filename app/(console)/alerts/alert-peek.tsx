import type { AlertItem } from '../../../server/alerts/schema.ts';
import { PeekPart } from '../../_ui/peek-panel.tsx';
import { AlertActions } from './alert-actions.tsx';
import { AlertFacts } from './alert-facts.tsx';
import { LatestOfAlert } from './latest-of-alert.tsx';

/** An alert as its card has it, with what can be done about it, while the list stays. */
export function AlertPeek({ alert }: { alert: AlertItem }) {
  return (
    <div className="divide-y divide-line">
      <AlertFacts alert={alert} />
      {alert.state === 'Resolved' ? null : (
        <div className="px-4 py-3">
          <AlertActions alert={alert} />
        </div>
      )}
      {alert.source === 'detection' ? (
        <PeekPart title="What made it, the latest first">
          <LatestOfAlert alert={alert} />
        </PeekPart>
      ) : null}
    </div>
  );
}
