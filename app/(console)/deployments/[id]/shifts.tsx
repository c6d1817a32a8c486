import type { LookDetail } from '../../../../server/deployments/schema.ts';
import { significant } from '../../../_format/number.ts';
import { absolute } from '../../../_format/time.ts';
import { Cell, HeadCell, Table } from '../../../_ui/table.tsx';

type Nodes = LookDetail['evidence']['wave'];

/** How far each input and output of models shifted on the node in the middle, of the wave and of who stays behind; nothing where no gate asked. */
export function Shifts({ evidence }: { evidence: LookDetail['evidence'] }) {
  if (evidence.shifts === undefined || evidence.shifts.attributes.length === 0) return null;
  const { attributes, before, after } = evidence.shifts;
  return (
    <details>
      <summary className="text-accent">Shifts of {attributes.length} inputs and outputs of models</summary>
      <p className="my-1 text-sm text-dim">
        From {absolute(before.from)} to {absolute(before.to)}, beside {absolute(after.from)} to {absolute(after.to)}; of the node in the middle.
      </p>
      <Table label="Shifts of the look">
        <thead>
          <tr>
            <HeadCell>Model</HeadCell>
            <HeadCell>Attribute</HeadCell>
            <HeadCell>Side</HeadCell>
            <HeadCell numeric>Wave</HeadCell>
            <HeadCell numeric>Stays behind</HeadCell>
          </tr>
        </thead>
        <tbody>
          {attributes.map(({ model, attribute, side }, index) => (
            <tr key={`${model} ${side} ${attribute}`}>
              <Cell>{model}</Cell>
              <Cell>{attribute}</Cell>
              <Cell>{side}</Cell>
              <Cell numeric>{inTheMiddle(evidence.wave, index)}</Cell>
              <Cell numeric>{inTheMiddle(evidence.control, index)}</Cell>
            </tr>
          ))}
        </tbody>
      </Table>
    </details>
  );
}

function inTheMiddle(nodes: Nodes, attribute: number): string {
  const shifts = nodes.flatMap(({ shifts: told }) => told?.[attribute] ?? []).sort((a, b) => a - b);
  const middle = shifts[shifts.length >> 1];
  return middle === undefined ? '–' : significant(middle);
}
