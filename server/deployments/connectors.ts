import { connectorType, sinkTypes, sourceTypes } from '@selvedge/edge-runtime/protocol';
import type { ConnectorType, Settings } from '@selvedge/edge-runtime/protocol';
import type { RuleAnalysis } from '../rules/schema.ts';
import type { Violation } from './schema.ts';

type Connector = RuleAnalysis['sources'][number];

/** What would keep a rule's sources and sinks from starting on a node with these settings. */
export function connectorViolations(rule: string, analysis: Pick<RuleAnalysis, 'sources' | 'sinks'>, settings: Settings): Violation[] {
  return [
    ...analysis.sources.flatMap((source) => violationsOf(rule, source, 'source', sourceTypes, settings)),
    ...analysis.sinks.flatMap((sink) => violationsOf(rule, sink, 'sink', sinkTypes, settings)),
  ];
}

function violationsOf(rule: string, connector: Connector, role: 'source' | 'sink', types: Readonly<Record<string, ConnectorType>>, settings: Settings): Violation[] {
  const type = connectorType(types, connector.type);
  const subject = `${rule}: the ${role} of ${connector.stream}`;
  if (type === undefined) {
    return [{ code: role === 'source' ? 'UnknownSourceType' : 'UnknownSinkType', blocks: true, message: `${subject} has the type “${connector.type}”; agents know ${Object.keys(types).join(', ')}.` }];
  }
  const violations: Violation[] = [];
  if (!type.mappers.includes(connector.map.type)) {
    violations.push({ code: 'UnknownMapper', blocks: true, message: `${subject} maps by “${connector.map.type}”; with ${connector.type} agents know ${type.mappers.join(', ')}.` });
  }
  const given = { ...settings.connectors[connector.type], ...connector.options };
  for (const { anyOf, setting } of type.needs) {
    if (anyOf.some((option) => (given[option] ?? '').trim() !== '')) continue;
    violations.push({ code: 'MissingSetting', blocks: true, message: `${subject} needs ${connector.type}.${setting}: set connectors.${connector.type}.${setting} in the fleet’s settings, or ${setting} in the rule.` });
  }
  return violations;
}
