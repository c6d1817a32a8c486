import type { ModelSignature } from './bundle.ts';

/** One argument of a model call, or one attribute it adds, and the place in the tensor that holds it. */
export interface CallColumn {
  /** An identifier of SiddhiQL, unique within the inputs or the outputs. */
  name: string;
  type: 'int' | 'long' | 'float' | 'double' | 'bool' | 'string';
  /** The tensor's name in the model. */
  tensor: string;
  /** Which of `width` values of one row of the tensor. */
  column: number;
  width: number;
}

/** A model as a rule sees it: arguments in order, and attributes in order. */
export interface ModelCallShape {
  inputs: CallColumn[];
  outputs: CallColumn[];
}

/** The signature cannot be called from a rule; `message` names the tensor and says what would be accepted. */
export class ModelShapeError extends Error {
  override readonly name = 'ModelShapeError';
  readonly code: 'rank' | 'fixed-batch' | 'free-width' | 'columns';
  constructor(code: ModelShapeError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

type Tensor = ModelSignature['inputs'][number];

const attributeTypes = { float32: 'float', float64: 'double', int32: 'int', int64: 'long', bool: 'bool', string: 'string' } as const satisfies Record<Tensor['type'], CallColumn['type']>;

/** How many attributes one call may take or add. */
const columnsMax = 4096;

/**
 * How a rule calls a model: the one mapping between tensors and attributes, used alike where rules are checked, where
 * values are tried and where events are packed. A tensor of [batch] or [batch, 1] is one attribute with the tensor's
 * name; one of [batch, n] is n attributes, named by the signature's `columns` when it is the only input, and else
 * `name_0`, `name_1` and so on. Throws ModelShapeError for anything else.
 */
export function callOf(signature: ModelSignature): ModelCallShape {
  const [first, ...others] = signature.inputs;
  if (signature.columns !== undefined && others.length > 0) {
    throw new ModelShapeError('columns', `column names are for models with one input tensor, and this one has ${signature.inputs.length}`);
  }
  const width = first === undefined ? 0 : widthOf(first, 'input');
  if (signature.columns !== undefined && signature.columns.length !== width) {
    throw new ModelShapeError('columns', `${signature.columns.length} column names were given for ${width} columns of input "${first?.name ?? ''}"`);
  }
  return { inputs: columnsOf(signature.inputs, 'input', signature.columns), outputs: columnsOf(signature.outputs, 'output', undefined) };
}

function columnsOf(tensors: readonly Tensor[], role: 'input' | 'output', names: readonly string[] | undefined): CallColumn[] {
  const taken = new Set<string>();
  const columns: CallColumn[] = [];
  for (const tensor of tensors) {
    const width = widthOf(tensor, role);
    if (columns.length + width > columnsMax) throw new ModelShapeError('rank', `a call takes and adds at most ${columnsMax} values`);
    for (let column = 0; column < width; column += 1) {
      const wanted = names?.[column] ?? (width === 1 ? tensor.name : `${tensor.name}_${column}`);
      columns.push({ name: unique(identifier(wanted), taken), type: attributeTypes[tensor.type], tensor: tensor.name, column, width });
    }
  }
  return columns;
}

/** Values of one row: the first dimension is the batch and must be free. */
function widthOf(tensor: Tensor, role: 'input' | 'output'): number {
  const shape = `[${tensor.shape.map((size) => (size === -1 ? '?' : size)).join(', ')}]`;
  const [batch, width = 1, ...more] = tensor.shape;
  if (batch === undefined || more.length > 0) {
    throw new ModelShapeError('rank', `${role} "${tensor.name}" has the shape ${shape}; a rule can call models whose tensors are [batch] or [batch, columns]`);
  }
  if (batch !== -1) throw new ModelShapeError('fixed-batch', `${role} "${tensor.name}" has the fixed batch size ${batch}; export the model with a free first dimension`);
  if (width < 1) throw new ModelShapeError('free-width', `${role} "${tensor.name}" has the shape ${shape}; the number of columns must be known`);
  return width;
}

function identifier(name: string): string {
  const cleaned = name.replaceAll(/[^A-Za-z0-9_]/g, '_');
  return /^[A-Za-z_]/.test(cleaned) ? cleaned : `_${cleaned}`;
}

function unique(name: string, taken: Set<string>): string {
  let free = name;
  for (let count = 2; taken.has(free); count += 1) free = `${name}_${count}`;
  taken.add(free);
  return free;
}
