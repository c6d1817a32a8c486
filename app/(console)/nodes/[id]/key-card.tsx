'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { NodeDetail } from '../../../../server/nodes/schema.ts';
import { useTRPC } from '../../../_data/trpc.tsx';
import { useFailureToast } from '../../../_shell/loaded.tsx';
import { Button } from '../../../_ui/button.tsx';
import { Card } from '../../../_ui/card.tsx';
import { CopyButton } from '../../../_ui/code-block.tsx';
import { Details } from '../../../_ui/details.tsx';
import { RelativeTime } from '../../../_ui/relative-time.tsx';
import { Status } from '../../../_ui/status.tsx';
import { useToast } from '../../../_ui/toast.tsx';
import { ReenrolDialog } from './reenrol-dialog.tsx';

/** The key that is the node, the keys that were, and how it comes to another. */
export function KeyCard({ node }: { node: NodeDetail }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const toast = useToast();
  const failed = useFailureToast();
  const [asking, setAsking] = useState(false);
  const rotate = useMutation(
    trpc.nodeKeys.rotate.mutationOptions({
      onSuccess: ({ delivered }) => {
        toast(delivered ? { tone: 'info', title: `${node.name} was asked for another key`, description: 'Its timeline says when it has one.' } : { tone: 'notice', title: `${node.name} is not connected`, description: 'It is asked when it is back.' });
        return queryClient.invalidateQueries(trpc.nodes.pathFilter());
      },
      onError: (error) => failed('It was not asked for another key', error),
    }),
  );
  return (
    <Card
      title="Key"
      span={6}
      actions={
        <>
          <Button size="sm" busy={rotate.isPending} onClick={() => rotate.mutate({ id: node.id })} refused={node.can.rotateKey.allowed ? undefined : (node.can.rotateKey.reason ?? 'Not now.')}>
            Rotate
          </Button>
          <Button size="sm" tone="critical" onClick={() => setAsking(true)} refused={node.can.reenrol.allowed ? undefined : (node.can.reenrol.reason ?? 'Not now.')}>
            Enrol again
          </Button>
        </>
      }
    >
      <Details
        rows={[
          { name: 'State', value: <KeyState node={node} /> },
          { name: 'Fingerprint', value: <Copyable text={node.fingerprint} label="Copy the fingerprint" /> },
          { name: 'Public key', value: <Copyable text={node.publicKey} label="Copy the public key" /> },
          { name: 'Its key since', value: <RelativeTime at={node.key.since} /> },
          { name: 'Joined', value: <RelativeTime at={node.enrolledAt} /> },
          ...(node.formerKeys.length === 0 ? [] : [{ name: 'Former keys', value: <FormerKeys keys={node.formerKeys} /> }]),
        ]}
      />
      <ReenrolDialog node={node} open={asking} onOpenChange={setAsking} />
    </Card>
  );
}

function KeyState({ node: { key, revokedAt } }: { node: NodeDetail }) {
  if (revokedAt !== null) {
    return (
      <span className="flex flex-wrap items-center gap-x-2">
        <Status tone="critical" word="Revoked" detail="Its key is refused, for good." />
        <RelativeTime at={revokedAt} />
      </span>
    );
  }
  if (key.revokedAt !== null) {
    return (
      <span className="flex flex-wrap items-center gap-x-2">
        <Status tone="critical" word="Refused" detail="Nobody comes in with it; the node has to enrol again with the token that was made for it." />
        <RelativeTime at={key.revokedAt} />
      </span>
    );
  }
  if (key.rotationRequestedAt !== null) {
    return (
      <span className="flex flex-wrap items-center gap-x-2">
        <Status tone="notice" word="Asked for another" detail="The one it has is good until it has shown the next." />
        <RelativeTime at={key.rotationRequestedAt} />
      </span>
    );
  }
  return <Status tone="positive" word="Good" detail="The node is known by it." />;
}

function FormerKeys({ keys }: { keys: NodeDetail['formerKeys'] }) {
  return (
    <ul className="flex flex-col gap-1">
      {keys.map((key) => (
        <li key={key.fingerprint}>
          <code>{key.fingerprint}</code>{' '}
          <span className="text-dim">
            {key.because === 'Rotated' ? 'replaced' : 'given up'} <RelativeTime at={key.until} />
            {key.shownAt === null ? null : (
              <>
                , shown again and refused <RelativeTime at={key.shownAt} />
              </>
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}

export function Copyable({ text, label }: { text: string; label: string }) {
  return (
    <span className="flex items-start gap-1">
      <code className="min-w-0 break-all">{text}</code>
      <span className="-my-1">
        <CopyButton text={text} label={label} />
      </span>
    </span>
  );
}
