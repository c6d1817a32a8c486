import type { AttributeType } from '../api.ts';
import { constantOf, fits } from './extensions/define.ts';
import type { Typed } from './types.ts';

/** What an aggregator of a namespace makes of its arguments: one value an event, and what is said once. */
export interface ExtensionAggregate {
  type: AttributeType;
  argument: Typed;
  settings: readonly unknown[];
}

export interface ExtensionAggregator {
  form: string;
  build(values: readonly Typed[]): ExtensionAggregate | { wrong: string };
}

/** First the value, then constants only. */
function settled(name: string, form: string, takes: string, type: AttributeType, check: (settings: readonly unknown[]) => string | undefined = () => undefined): [string, ExtensionAggregator] {
  const forms = takes.split('|').map((one) => one.trim().split(' '));
  return [
    name,
    {
      form,
      build: (values) => {
        const [argument, ...rest] = values;
        if (argument === undefined || !forms.some((one) => fits(one, values))) return { wrong: `is written ${form}, found ${values.length === 0 ? 'nothing' : values.map((one) => one.type).join(', ')}` };
        if (rest.some((one) => one.kind !== 'constant')) return { wrong: 'takes constants after its first argument' };
        const settings = rest.map(constantOf);
        const wrong = check(settings);
        return wrong === undefined ? { type, argument, settings } : { wrong };
      },
    },
  ];
}

function percentage([percentile]: readonly unknown[]): string | undefined {
  return Number(percentile) > 0 && Number(percentile) <= 100 ? undefined : `takes a percentile above 0 and up to 100, found ${String(percentile)}`;
}

function order([, , way]: readonly unknown[]): string | undefined {
  return way === undefined || /^(asc|desc)$/i.test(String(way)) ? undefined : `takes 'ASC' or 'DESC', found '${String(way)}'`;
}

/** The aggregators of the namespaces, by `namespace:name`. */
export const EXTENSION_AGGREGATORS: ReadonlyMap<string, ExtensionAggregator> = new Map<string, ExtensionAggregator>([
  settled('math:percentile', 'math:percentile(number, 95.0)', 'n r', 'double', percentage),
  settled('str:groupConcat', "str:groupConcat(string, [separator], [distinct], ['ASC' or 'DESC'])", 's s? b? s?', 'string', order),
  settled('list:collect', 'list:collect(value, [distinct])', 'a b?', 'object'),
  settled('list:merge', 'list:merge(list, [distinct])', 'o b?', 'object'),
  settled('map:merge', 'map:merge(map)', 'o', 'object'),
  settled('json:group', "json:group(json, ['enclosing element'], [distinct])", 's s? b?|o s? b?|s b|o b', 'string'),
  settled('json:groupAsObject', "json:groupAsObject(json, ['enclosing element'], [distinct])", 's s? b?|o s? b?|s b|o b', 'object'),
  [
    'map:collect',
    {
      form: 'map:collect(key, value)',
      build: (values) => {
        if (values.length !== 2) return { wrong: `is written map:collect(key, value), found ${values.length} arguments` };
        return { type: 'object', argument: { kind: 'call', type: 'object', arguments: [...values], run: (key, value) => [key ?? null, value ?? null] }, settings: [] };
      },
    },
  ],
]);
