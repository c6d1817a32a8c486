import type { AnnotationView, Attribute, Connector } from '../api.ts';
import type { Diagnostics } from '../language/diagnostics.ts';
import { didYouMean } from '../language/nearest-name.ts';
import type { Annotation } from '../language/syntax.ts';

export function annotationView(annotation: Annotation): AnnotationView {
  return {
    name: annotation.name,
    elements: annotation.elements.map(({ key, value }) => ({ key, value })),
    annotations: annotation.annotations.map(annotationView),
    at: annotation.from,
  };
}

/** The value of `key` in `@name(…)`; names of annotations and keys are compared without case, as in Siddhi. */
export function annotationValue(annotations: readonly Annotation[], name: string, key: string): string | undefined {
  const annotation = annotations.find((one) => one.name.toLowerCase() === name);
  return annotation?.elements.find((one) => one.key.toLowerCase() === key)?.value;
}

/** Reads a `@source` or `@sink`; undefined when it was reported as wrong. */
export function connectorOf(annotation: Annotation, stream: string, attributes: readonly Attribute[], diagnostics: Diagnostics): Connector | undefined {
  const options = optionsOf(annotation);
  const { type, ...rest } = options;
  if (type === undefined || type === '') {
    diagnostics.error('annotation.type', annotation, `@${annotation.name} of '${stream}' has no type.`, `Write @${annotation.name}(type='…', …).`);
    return undefined;
  }
  const map = annotation.annotations.find((one) => one.name.toLowerCase() === 'map');
  const distribution = annotation.annotations.find((one) => one.name.toLowerCase() === 'distribution');
  if (distribution !== undefined) diagnostics.error('unsupported.distribution', distribution, 'A sink sends to one destination; @distribution is not supported.', 'Write a @sink for each destination that hears all, or one on a stream of its own for each part.');
  if (annotation.name.toLowerCase() === 'sink') {
    checkTemplates(annotation, stream, attributes, diagnostics);
    for (const one of map?.annotations ?? []) if (one.name.toLowerCase() === 'payload') checkTemplates(one, stream, attributes, diagnostics);
  }
  return { stream, type, options: rest, map: mapOf(map, stream, attributes, diagnostics), at: annotation.from };
}

/** `{{name}}` in what a sink is told stands for an attribute of the event that is sent. */
function checkTemplates({ name, elements }: Annotation, stream: string, attributes: readonly Attribute[], diagnostics: Diagnostics): void {
  for (const { value, at } of elements) {
    for (const [, named = ''] of value.matchAll(/\{\{\s*([A-Za-z_]\w*)\s*\}\}/g)) {
      if (attributes.some((one) => one.name === named)) continue;
      diagnostics.error('annotation.attribute', at, `@${name} names '{{${named}}}', which is no attribute of '${stream}'.`, didYouMean(named, attributes.map((one) => one.name)));
    }
  }
}

function optionsOf(annotation: Annotation): Record<string, string> {
  return Object.fromEntries(annotation.elements.filter((one) => one.key !== '').map(({ key, value }) => [key, value]));
}

function mapOf(map: Annotation | undefined, stream: string, attributes: readonly Attribute[], diagnostics: Diagnostics): Connector['map'] {
  if (map === undefined) return { type: 'passThrough', options: {} };
  const { type, ...options } = optionsOf(map);
  if (type === undefined) diagnostics.error('annotation.type', map, `@map of '${stream}' has no type.`, "Write @map(type='json').");
  const given = map.annotations.find((one) => one.name.toLowerCase() === 'attributes');
  const payload = map.annotations.find((one) => one.name.toLowerCase() === 'payload');
  const paths = given === undefined ? undefined : attributesOf(given, stream, attributes, diagnostics);
  const template = payload === undefined ? undefined : payloadOf(payload);
  return {
    type: type ?? '',
    options,
    ...(paths === undefined ? {} : { attributes: paths }),
    ...(template === undefined ? {} : { payload: template }),
  };
}

function attributesOf(given: Annotation, stream: string, attributes: readonly Attribute[], diagnostics: Diagnostics): Record<string, string> {
  const paths: Record<string, string> = {};
  given.elements.forEach(({ key, value, at }, index) => {
    const name = key === '' ? attributes[index]?.name : key;
    if (name === undefined || !attributes.some((one) => one.name === name)) {
      diagnostics.error('annotation.attribute', at, `@attributes names '${name ?? value}', which is no attribute of '${stream}'.`);
    } else paths[name] = value;
  });
  return paths;
}

function payloadOf(payload: Annotation): string | Record<string, string> {
  const [first] = payload.elements;
  return payload.elements.length === 1 && first !== undefined && first.key === '' ? first.value : optionsOf(payload);
}
