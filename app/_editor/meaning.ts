import { RangeSetBuilder, type Extension } from '@codemirror/state';
import { Decoration, ViewPlugin, type DecorationSet, type EditorView, type ViewUpdate } from '@codemirror/view';
import type { SemanticKind } from '@selvedge/edge-runtime/cep/language-service';
import { documentOf } from './document-field.ts';

/** How long after the last key the words are coloured by their meaning; until then by their spelling. */
const colourDelayMs = 120;

const marks: Partial<Record<SemanticKind, Decoration>> = Object.fromEntries(
  (['stream', 'table', 'window', 'trigger', 'aggregation', 'event', 'model'] as const).map((kind) => [kind, Decoration.mark({ class: `cm-rule-${kind}` })]),
);
const here = Decoration.mark({ class: 'cm-rule-same' });

/** Colours streams, tables, events and models by what they are, and marks every place that names what is under the cursor. */
export function meaning(): Extension {
  return ViewPlugin.fromClass(Meaning, { decorations: (plugin) => plugin.decorations });
}

class Meaning {
  decorations: DecorationSet;
  private readonly view: EditorView;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private stale = false;

  constructor(view: EditorView) {
    this.view = view;
    this.decorations = decorate(view);
  }

  update(update: ViewUpdate): void {
    if (update.docChanged) {
      this.decorations = this.decorations.map(update.changes);
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.view.dispatch({}), colourDelayMs);
      this.stale = true;
    } else if (this.stale || update.selectionSet || update.viewportChanged) {
      this.stale = false;
      this.decorations = decorate(update.view);
    }
  }

  destroy(): void {
    clearTimeout(this.timer);
  }
}

function decorate(view: EditorView): DecorationSet {
  const document = documentOf(view.state);
  const named = document.references(view.state.selection.main.head);
  const builder = new RangeSetBuilder<Decoration>();
  const { from: first, to: last } = view.viewport;
  const ranges = [
    ...document.tokens().flatMap(({ from, to, kind }) => {
      const mark = marks[kind];
      return mark === undefined ? [] : [{ from, to, mark }];
    }),
    ...(named.length > 1 ? named : []).map(({ from, to }) => ({ from, to, mark: here })),
  ];
  for (const { from, to, mark } of ranges.sort((left, right) => left.from - right.from || right.to - left.to)) if (from >= first && to <= last && from < to) builder.add(from, to, mark);
  return builder.finish();
}
