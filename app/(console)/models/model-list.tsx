'use client';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useQueryStates } from 'nuqs';
import { useCallback, useState } from 'react';
import type { ModelItem } from '../../../server/models/schema.ts';
import { nextCursorOf } from '../../_data/pages.ts';
import { useTRPC } from '../../_data/trpc.tsx';
import { bytes, count, plural } from '../../_format/number.ts';
import { paths } from '../../paths.ts';
import { useCommands } from '../../_shell/commands.tsx';
import { PageList } from '../../_shell/list.tsx';
import { useRefusal } from '../../_shell/me.tsx';
import { PageFrame } from '../../_shell/page-frame.tsx';
import { Button } from '../../_ui/button.tsx';
import { Chip } from '../../_ui/chip.tsx';
import type { Column } from '../../_ui/data-table.tsx';
import { EmptyState } from '../../_ui/empty-state.tsx';
import { FilterInput } from '../../_ui/filter-input.tsx';
import { PageHead } from '../../_ui/page-head.tsx';
import { RelativeTime } from '../../_ui/relative-time.tsx';
import { FileDrop } from './file-drop.tsx';
import { listInput, modelFilters, sortOf } from './filters.ts';
import { ModelPeek } from './model-peek.tsx';
import { PublishModel } from './publish-model.tsx';

const columns: readonly Column<ModelItem>[] = [
  { id: 'name', header: 'Model', sort: 'name', cell: (model) => <Link href={paths.model(model.name)} className="font-medium hover:underline">{model.name}</Link> },
  { id: 'versions', header: 'Versions', numeric: true, from: 'sm', cell: (model) => count(model.versions) },
  {
    id: 'aliases', header: 'Aliases', cell: (model) => (
      <span className="inline-flex gap-1.5">
        {model.aliases.length === 0 ? <span className="text-faint">–</span> : model.aliases.slice(0, 3).map((alias) => <Chip key={alias.name}>{alias.name} is {alias.version}</Chip>)}
      </span>
    ),
  },
  { id: 'size', header: 'Newest', numeric: true, from: 'md', cell: (model) => bytes(model.latest.bytes) },
  { id: 'deployed', header: 'Runs on', from: 'md', cell: (model) => <RunsOn model={model} /> },
  { id: 'published', header: 'Published', sort: 'publishedAt', from: 'sm', cell: (model) => <><RelativeTime at={model.latest.publishedAt} /> <span className="text-faint">by {model.latest.by}</span></> },
];

function RunsOn({ model }: { model: ModelItem }) {
  const nodes = model.deployed.reduce((sum, deployed) => sum + deployed.nodes, 0);
  return nodes === 0 ? <span className="text-faint">nowhere</span> : `${plural(nodes, 'node')} of ${plural(new Set(model.deployed.map((deployed) => deployed.fleet.id)).size, 'fleet')}`;
}

/** All models, and where a file becomes one: dropped anywhere on the list or chosen by the button. */
export function ModelList() {
  const trpc = useTRPC();
  const [filters, setFilters] = useQueryStates(modelFilters);
  const [publishing, setPublishing] = useState<{ file: File | null } | null>(null);
  const list = useInfiniteQuery({ ...trpc.models.list.infiniteQueryOptions(listInput(filters), { getNextPageParam: nextCursorOf }), placeholderData: keepPreviousData });
  const setQuery = useCallback((query: string) => void setFilters({ query: query || null }, { history: 'replace' }), [setFilters]);
  const refusal = useRefusal('models:write', 'Authors and administrators');
  useCommands([{ label: 'Publish a model', shortcut: 'c', run: () => setPublishing({ file: null }), refused: refusal }]);
  const publish = (
    <Button tone="primary" refused={refusal} onClick={() => setPublishing({ file: null })}>
      Publish a model
    </Button>
  );
  return (
    <PageFrame crumbs={[{ label: 'Models' }]}>
      <PageHead title="Models" purpose="ONNX files that rules and outside callers ask for predictions. A version never changes; an alias moves." actions={publish} />
      <FileDrop refused={refusal} onFile={(file) => setPublishing({ file })}>
        <PageList
          query={list}
          what="the models"
          columns={columns}
          rowKey={(model) => model.id}
          label="Models"
          peek={{ nameOf: (model) => model.name, draw: (model) => <ModelPeek model={model} /> }}
          sort={filters.sort}
          onSort={(sort) => void setFilters({ sort: sortOf(sort) })}
          filters={<FilterInput value={filters.query} onChange={setQuery} label="Filter by name" placeholder="Part of a name" />}
          filtered={filters.query === '' ? undefined : { none: `No model has “${filters.query}” in its name`, clear: () => void setFilters({ query: null }) }}
          nothingYet={
            <EmptyState kind="nothing-yet" title="No models yet" action={publish}>
              Drop an ONNX file here. scikit-learn exports one with skl2onnx, PyTorch with torch.onnx.export, TensorFlow and Keras with tf2onnx.
            </EmptyState>
          }
        />
      </FileDrop>
      {publishing === null ? null : <PublishModel file={publishing.file} close={() => setPublishing(null)} />}
    </PageFrame>
  );
}
