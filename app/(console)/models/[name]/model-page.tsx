'use client';
import { useQuery } from '@tanstack/react-query';
import { parseAsInteger, useQueryState } from 'nuqs';
import { useState } from 'react';
import type { ModelDetail, ModelVersion } from '../../../../server/models/schema.ts';
import { useTRPC } from '../../../_data/trpc.tsx';
import { shortDigest } from '../../../_format/names.ts';
import { bytes, plural } from '../../../_format/number.ts';
import { paths } from '../../../paths.ts';
import { useCommands } from '../../../_shell/commands.tsx';
import { Loaded } from '../../../_shell/loaded.tsx';
import { KeptBy } from '../../../_shell/kept-by.tsx';
import { PageFrame } from '../../../_shell/page-frame.tsx';
import { Button } from '../../../_ui/button.tsx';
import { Card, Grid } from '../../../_ui/card.tsx';
import { Chip } from '../../../_ui/chip.tsx';
import { CopyButton } from '../../../_ui/code-block.tsx';
import { DataTable, type Column } from '../../../_ui/data-table.tsx';
import { Details } from '../../../_ui/details.tsx';
import { PageHead } from '../../../_ui/page-head.tsx';
import { RelativeTime } from '../../../_ui/relative-time.tsx';
import { SkeletonRows } from '../../../_ui/skeleton.tsx';
import { FileDrop } from '../file-drop.tsx';
import { PublishModel } from '../publish-model.tsx';
import { SignatureTable } from '../signature-table.tsx';
import { ModelAliases } from './model-aliases.tsx';
import { ModelUse } from './model-use.tsx';
import { TryOut } from './try-out.tsx';

/** One model: its versions, where its aliases point, what it takes and gives, and a place to try it. */
export function ModelPage({ name }: { name: string }) {
  const trpc = useTRPC();
  const query = useQuery(trpc.models.get.queryOptions({ name }));
  return (
    <PageFrame crumbs={[{ label: 'Models', href: paths.models() }, { label: name }]}>
      <Loaded query={query} what="this model" back={{ label: 'All models', href: paths.models() }} skeleton={<Card><SkeletonRows rows={10} columns={4} /></Card>}>
        {(model) => <Model model={model} />}
      </Loaded>
    </PageFrame>
  );
}

function Model({ model }: { model: ModelDetail }) {
  const [shownVersion, setShownVersion] = useQueryState('version', parseAsInteger.withOptions({ history: 'push' }));
  const [publishing, setPublishing] = useState<{ file: File | null } | null>(null);
  const shown = model.versions.find((version) => version.version === shownVersion) ?? model.versions[0];
  const refused = model.can.publish.allowed ? undefined : model.can.publish.reason;
  useCommands([{ label: `Publish a version of ${model.name}`, shortcut: 'c', run: () => setPublishing({ file: null }), refused }]);
  const columns: readonly Column<ModelVersion>[] = [
    {
      id: 'version', header: 'Version', cell: (version) => (
        <button type="button" data-opens="" className="font-medium hover:underline" onClick={() => void setShownVersion(version.version)}>
          {version.version}
        </button>
      ),
    },
    { id: 'aliases', header: 'Aliases', cell: (version) => <span className="inline-flex gap-1.5">{version.aliases.map((alias) => <Chip key={alias}>{alias}</Chip>)}</span> },
    { id: 'note', header: 'Note', from: 'md', cell: (version) => version.note || <span className="text-faint">–</span> },
    { id: 'published', header: 'Published', from: 'sm', cell: (version) => <><RelativeTime at={version.publishedAt} /> <span className="text-faint">by {version.publishedBy}</span></> },
    { id: 'size', header: 'Size', numeric: true, cell: (version) => bytes(version.bytes) },
    { id: 'self-test', header: 'Self-test', numeric: true, from: 'lg', cell: (version) => `${version.selfTestMs.toFixed(2)} ms` },
  ];
  return (
    <FileDrop refused={refused} onFile={(file) => setPublishing({ file })}>
      <PageHead
        title={model.name}
        purpose={`${plural(model.versionsTotal, 'version')}, ${plural(model.aliases.length, 'alias', 'aliases')}`}
        actions={
          <Button tone="primary" refused={refused} onClick={() => setPublishing({ file: null })}>
            Publish a version
          </Button>
        }
      />
      <KeptBy kind="Model" name={model.name} />
      <Grid>
        <Card span={8} title="Versions">
          <DataTable columns={columns} rows={model.versions} rowKey={(version) => String(version.version)} label="Versions" shown={shown === undefined ? null : String(shown.version)} total={model.versionsTotal} />
        </Card>
        <Card span={4} title="Aliases" subtitle="names that move">
          <ModelAliases model={model} />
        </Card>
        {shown === undefined ? null : (
          <>
            <Card span={4} title="Signature" subtitle={`version ${shown.version}`}>
              <SignatureTable call={shown.call} />
            </Card>
            <Card span={8} title="Try it" subtitle={`version ${shown.version}, in the control plane`}>
              <TryOut key={shown.version} name={model.name} version={shown} refused={model.can.tryOut.allowed ? undefined : model.can.tryOut.reason} />
            </Card>
            <Card span={4} title="File" subtitle={`version ${shown.version}`}>
              <Details
                rows={[
                  { name: 'Digest', value: <span className="inline-flex items-center gap-1"><code>{shortDigest(shown.digest)}</code><CopyButton text={shown.digest} label="Copy the digest" /></span> },
                  { name: 'Producer', value: shown.producer },
                  { name: 'Operator set', value: shown.opset },
                  { name: 'Warnings', value: shown.warnings.length === 0 ? 'none' : shown.warnings.join(' ') },
                ]}
              />
            </Card>
          </>
        )}
        <ModelUse model={model} />
      </Grid>
      {publishing === null ? null : <PublishModel file={publishing.file} name={model.name} close={() => setPublishing(null)} />}
    </FileDrop>
  );
}
