'use client';
import type { NodeDetail } from '../../../../server/nodes/schema.ts';
import Link from 'next/link';
import { useState } from 'react';
import { Labels } from '../../../_domain/labels.tsx';
import { bytes, count } from '../../../_format/number.ts';
import { paths } from '../../../paths.ts';
import { Button } from '../../../_ui/button.tsx';
import { Card, Grid } from '../../../_ui/card.tsx';
import { Details } from '../../../_ui/details.tsx';
import { Copyable, KeyCard } from './key-card.tsx';
import { LabelsDialog } from './labels-dialog.tsx';
import { OfflineCard } from './offline-card.tsx';
import { RenameDialog } from './rename-dialog.tsx';

/** Who the node is: its key, its labels and why its fleet claims it, its machine. */
export function IdentityTab({ node }: { node: NodeDetail }) {
  const [open, setOpen] = useState<'labels' | 'name' | null>(null);
  const { facts } = node;
  return (
    <Grid>
      <KeyCard node={node} />
      <Card
        title="Name and labels"
        span={6}
        actions={
          <>
            <Button size="sm" onClick={() => setOpen('name')} refused={node.can.rename.allowed ? undefined : (node.can.rename.reason ?? 'Not now.')}>
              Rename
            </Button>
            <Button size="sm" onClick={() => setOpen('labels')} refused={node.can.setLabels.allowed ? undefined : (node.can.setLabels.reason ?? 'Not now.')}>
              Edit labels
            </Button>
          </>
        }
      >
        <Details
          rows={[
            { name: 'Name', value: node.name },
            { name: 'Labels', value: Object.keys(node.labels).length > 0 ? <Labels labels={node.labels} max={64} /> : 'none' },
            {
              name: 'Claimed by',
              value:
                node.claimedBy.fleets.length === 0
                  ? 'no fleet'
                  : node.claimedBy.fleets.map((fleet, index) => (
                      <span key={fleet.id}>
                        {index > 0 ? ' and ' : ''}
                        <Link href={paths.fleet(fleet.id)} className="text-accent hover:underline">
                          {fleet.name}
                        </Link>
                      </span>
                    )),
            },
          ]}
        />
      </Card>
      <Card title="Machine" span={6}>
        <Details
          rows={[
            { name: 'Host', value: facts.hostname },
            { name: 'System', value: `${facts.platform}, ${facts.architecture}` },
            { name: 'Cores', value: count(facts.cores) },
            { name: 'Memory', value: bytes(facts.memoryBytes) },
          ]}
        />
      </Card>
      <Card title="Agent" span={6}>
        <Details
          rows={[
            { name: 'Version', value: node.agentVersion },
            { name: 'Node.js', value: facts.nodeVersion },
            { name: 'Gateway', value: node.gateway ? <Copyable text={node.gateway} label="Copy the address" /> : 'not announced' },
          ]}
        />
      </Card>
      <OfflineCard node={node} />
      <LabelsDialog node={node} open={open === 'labels'} onOpenChange={(next) => setOpen(next ? 'labels' : null)} />
      <RenameDialog node={node} open={open === 'name'} onOpenChange={(next) => setOpen(next ? 'name' : null)} />
    </Grid>
  );
}
