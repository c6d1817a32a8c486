import type { Cursor } from './cursor.ts';
import { parseExpression, parseReference } from './parse-expression.ts';
import type { SelectedAttribute, Selection } from './syntax.ts';

/** `select … group by … having … order by … limit … offset …`; all of it may be absent, which selects everything. */
export function parseSelection(cursor: Cursor): Selection {
  const start = cursor.position;
  const attributes: SelectedAttribute[] = [];
  const selection: Selection = { attributes, groupBy: [], orderBy: [], from: 0, to: 0 };
  if (!cursor.takeWord('select')) {
    const { from } = cursor.peek();
    return { ...selection, from, to: from };
  }
  if (!cursor.takeMark('*')) {
    do attributes.push(parseSelected(cursor));
    while (cursor.takeMark(','));
  }
  if (cursor.takeWord('group')) {
    cursor.expectWord('by', "after 'group'");
    do selection.groupBy.push(parseReference(cursor));
    while (cursor.takeMark(','));
  }
  if (cursor.takeWord('having')) selection.having = parseExpression(cursor);
  if (cursor.takeWord('order')) {
    cursor.expectWord('by', "after 'order'");
    do {
      const attribute = parseReference(cursor);
      const descending = cursor.takeWord('desc');
      if (!descending) cursor.takeWord('asc');
      selection.orderBy.push({ attribute, descending });
    } while (cursor.takeMark(','));
  }
  if (cursor.takeWord('limit')) selection.limit = parseExpression(cursor);
  if (cursor.takeWord('offset')) selection.offset = parseExpression(cursor);
  return { ...selection, ...cursor.spanFrom(start) };
}

function parseSelected(cursor: Cursor): SelectedAttribute {
  const start = cursor.position;
  const expression = parseExpression(cursor);
  if (cursor.takeWord('as')) return { expression, name: cursor.expectName("the output attribute's name"), ...cursor.spanFrom(start) };
  if (expression.kind === 'attribute') return { expression, name: expression.name, ...cursor.spanFrom(start) };
  return cursor.fail(["'as' and a name"], 'after an expression that is no plain attribute', ['as']);
}
