import type { LookDetail } from '../../../../server/deployments/schema.ts';
import { significant } from '../../../_format/number.ts';
import { Cell, HeadCell, Table } from '../../../_ui/table.tsx';

type Nodes = LookDetail['evidence']['wave'];

/** How far each input and output of models shifted on the node in the middle, of the wave and of who stays behind; nothing where no gate asked. */
export function Shifts({ evidence }: { evidence: LookDetail['evidence'] }) {
  const attributes = evidence.shifts?.attributes ?? [];
  if (attributes.length === 0) return null;
  return (
    <details>
      <summary className="text-accent">Shifts of {attributes.length} inputs and outputs of models</summary>
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
