import type { CallSignature } from '../../../server/models/schema.ts';
import { Cell, HeadCell, Table } from '../../_ui/table.tsx';

/** What a rule passes to a model, in order, and the attributes that the answer adds to the stream. */
export function SignatureTable({ call }: { call: CallSignature }) {
  const rows = [...call.inputs.map((input, index) => ({ role: index === 0 ? 'takes' : '', ...input })), ...call.outputs.map((output, index) => ({ role: index === 0 ? 'adds' : '', ...output }))];
  return (
    <Table label="Signature">
      <thead>
        <tr>
          <HeadCell className="w-20">It</HeadCell>
          <HeadCell>Name</HeadCell>
          <HeadCell>Type</HeadCell>
        </tr>
      </thead>
      <tbody>
        {rows.map((row, index) => (
          <tr key={index}>
            <Cell><span className="text-dim">{row.role}</span></Cell>
            <Cell mono>{row.name}</Cell>
            <Cell mono><span className="text-dim">{row.type}</span></Cell>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
