import Link from 'next/link';
import type { Fleet } from '../../../../server/fleets/schema.ts';
import { shortDigest } from '../../../_format/names.ts';
import { count } from '../../../_format/number.ts';
import { paths } from '../../../paths.ts';
import { Card, Grid } from '../../../_ui/card.tsx';
import { EmptyState } from '../../../_ui/empty-state.tsx';
import { Proportions } from '../../../_ui/progress.tsx';
import { Cell, HeadCell, Table } from '../../../_ui/table.tsx';

/** Which versions the nodes report that they run; not what they were told. */
export function FleetVersions({ fleet, live = true }: { fleet: Fleet; live?: boolean }) {
  const total = fleet.spread.reduce((sum, each) => sum + each.nodes, 0);
  return (
    <Grid>
      <Card title="Bundles in use" subtitle="by what nodes report" span={5} padded live={live}>
        {total === 0 ? (
          <p className="py-4 text-center text-dim">No node has reported yet.</p>
        ) : (
          <>
            <Proportions
              label="Bundles in use"
              parts={fleet.spread.map((each) => ({ tone: each.bundle === null ? ('empty' as const) : each.bundle === fleet.bundle?.digest ? ('positive' as const) : ('notice' as const), count: each.nodes, word: each.bundle === null ? 'none' : shortDigest(each.bundle) }))}
            />
            <ul className="mt-3 flex flex-col gap-1.5">
              {fleet.spread.map((each) => (
                <li key={each.bundle ?? 'none'} className="flex items-baseline gap-3">
                  {each.bundle === null ? <span className="text-dim">no bundle</span> : <code>{shortDigest(each.bundle)}</code>}
                  {each.bundle !== null && each.bundle === fleet.bundle?.digest ? <span className="text-dim">desired</span> : null}
                  <span className="ml-auto tabular-nums">
                    {count(each.nodes)} <span className="text-dim">of {count(total)}</span>
                  </span>
                </li>
              ))}
            </ul>
          </>
        )}
      </Card>
      <Card title="Rules and models in use" subtitle="by what nodes report" span={7} live={live}>
        {fleet.rules.length + fleet.models.length === 0 ? (
          <EmptyState kind="nothing-yet" title={live ? 'No rule and no model yet' : 'No rule and no model'}>
            {live ? 'Deploy rules to this fleet, and what its nodes report shows here.' : 'Its nodes had not reported any by then.'}
          </EmptyState>
        ) : (
          <Table label="Rules and models in use">
            <thead>
              <tr>
                <HeadCell>What</HeadCell>
                <HeadCell numeric>Version</HeadCell>
                <HeadCell numeric>Nodes</HeadCell>
              </tr>
            </thead>
            <tbody>
              {fleet.rules.map((rule) => (
                <tr key={`rule ${rule.name} ${rule.version}`}>
                  <Cell>
                    <Link href={paths.rule(rule.name, { version: rule.version })} className="font-medium hover:underline">
                      Rule {rule.name}
                    </Link>
                  </Cell>
                  <Cell numeric>{rule.version}</Cell>
                  <Cell numeric>{count(rule.nodes)}</Cell>
                </tr>
              ))}
              {fleet.models.map((model) => (
                <tr key={`model ${model.name} ${model.version}`}>
                  <Cell>
                    <Link href={paths.model(model.name, { version: model.version })} className="font-medium hover:underline">
                      Model {model.name}
                    </Link>
                  </Cell>
                  <Cell numeric>{model.version}</Cell>
                  <Cell numeric>{count(model.nodes)}</Cell>
                </tr>
              ))}
            </tbody>
          </Table>
        )}
      </Card>
    </Grid>
  );
}
