import { activationWords } from '../../../_domain/meanings.ts';
import { bytes } from '../../../_format/number.ts';
import type { NodeDetail } from '../../../../server/nodes/schema.ts';
import type { Tone } from '../../../_ui/status.tsx';

export interface Step {
  tone: Tone;
  title: string;
  detail: string;
  moving?: boolean;
  /** Where something can be done about it. */
  target?: 'fleet' | 'identity' | 'timeline' | 'enrolment';
}

/** Why a node does not run what is desired, in the order in which things must come right; empty when it does. */
export function whyNot(node: NodeDetail): Step[] {
  if (node.revokedAt !== null) return [{ tone: 'critical', title: 'It was revoked', detail: 'Its key is not accepted any more. It goes on with the bundle it has until someone stops it at its site.', target: 'identity' }];
  const steps: Step[] = [];
  if (node.claimedBy.multiple) {
    const names = node.claimedBy.fleets.map((fleet) => fleet.name).join(' and ');
    steps.push({ tone: 'notice', title: 'Two fleets claim it', detail: `${names} both match its labels, so it keeps what it has until one of them does not.`, target: 'identity' });
  } else if (node.fleet === null) {
    steps.push({ tone: 'notice', title: 'No fleet claims it', detail: 'No selector matches its labels, so nothing is desired of it.', target: 'identity' });
  }
  if (node.sync.status === 'Synced' || node.desired === null || node.desired.bundle === null) return steps;
  if (node.health.status === 'NeverSeen') steps.push({ tone: 'neutral', title: 'It has not connected yet', detail: 'It gets what is desired as soon as its agent connects.' });
  if (node.health.status === 'Offline') steps.push({ tone: 'notice', title: 'It is not connected', detail: `${node.health.message} It gets generation ${node.generation.desired} when it is back.` });
  if (node.sync.status === 'Failed') {
    steps.push({ tone: 'critical', title: 'It tried and could not', detail: node.activation?.message ?? node.sync.message, target: 'timeline' });
  } else if (node.activation !== null && node.activation.step !== 'Running') {
    const { step, bytesDone, bytesTotal, message } = node.activation;
    const transfer = step === 'Fetching' && bytesTotal > 0 ? ` ${bytes(bytesDone)} of ${bytes(bytesTotal)}.` : '';
    steps.push({ tone: 'info', moving: true, title: `It ${activationWords[step]}`, detail: `On the way to generation ${node.activation.generation}.${transfer}${message ? ` ${message}` : ''}` });
  } else if (node.health.status === 'Healthy' || node.health.status === 'Degraded') {
    steps.push({ tone: node.sync.status === 'Applying' ? 'info' : 'notice', moving: node.sync.status === 'Applying', title: node.sync.status === 'Drifted' ? 'It drifted' : 'It has not answered yet', detail: node.sync.message });
  }
  return steps;
}
