import { artefactsOf, settingsSchema } from '@selvedge/edge-runtime/protocol';
import type { BundleManifest } from '@selvedge/edge-runtime/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { assembleBundle, digestOf } from '../bundles/index.ts';
import { rolloutScript } from '../rollout/testing/rollout-script.ts';
import { createFleet } from '../rollout/testing/simulated-fleet.ts';
import { makePlan } from './plan.ts';
import type { PlanSubject } from './plan.ts';
import type { PlanNode } from './schema.ts';

const rule = fc.record({ name: fc.constantFrom('a', 'b', 'c'), version: fc.integer({ min: 1, max: 3 }) });
const bundle = fc.record({ rules: fc.uniqueArray(rule, { selector: ({ name }) => name }), retention: fc.constantFrom(60, 3600) }).map(({ rules, retention }) =>
  assembleBundle('o', rules.map(({ name, version }) => ({ name, version, digest: digestOf(`${name}${version}`), bytes: 100 * version + name.charCodeAt(0) })), [], settingsSchema.parse({ store: { retentionSeconds: retention } })));
const bundles = fc.record({ to: bundle, others: fc.array(bundle, { minLength: 1, maxLength: 3 }) });

/** What a node runs after these changes to what it ran: names with versions, and its settings. */
function changed(from: BundleManifest | null, to: BundleManifest, changes: PlanNode['changes']): { rules: Record<string, string>; settings: unknown } {
  const rules = new Map((from?.rules ?? []).map(({ name, version }) => [name, String(version)]));
  for (const change of changes.filter(({ kind }) => kind === 'rule')) {
    expect(rules.get(change.name) ?? null).toBe(change.from);
    if (change.to === null) rules.delete(change.name);
    else rules.set(change.name, change.to);
  }
  return { rules: Object.fromEntries(rules), settings: changes.some(({ kind }) => kind === 'settings') ? to.settings : from?.settings };
}

test('what is applied is what was planned: the same nodes in the same waves, no more at a time, with exactly these changes and bytes', () => {
  fc.assert(
    fc.property(rolloutScript, bundles, fc.array(fc.nat(3)), (given, { to, others }, picks) => {
      const fleet = createFleet({ ...given, happenings: given.happenings.filter(({ kind }) => kind === 'nothing' || kind === 'connection') });
      const manifests = new Map(others.map(({ digest, manifest }) => [digest, manifest]));
      const reportedBy = (index: number): string | null => others[picks[index] ?? 0]?.digest ?? null;
      const nodes = fleet.rows().map((row, index) => ({ id: row.node, name: row.name, reported: reportedBy(index), desired: reportedBy(index), synced: true, offline: given.nodes[index]?.offline === true, lastSeenAt: null, agentVersion: '99.0.0', multipleOwners: false, quarantined: false, labels: {} }));
      const subject: PlanSubject = { organizationId: 'o', fleet: { id: 'f', name: 'f' }, from: others[0] ?? null, to, manifests, stateBefore: [], stateAfter: [], nodes, quarantined: [], policy: given.policy, threshold: 1, supersedes: null, violations: [], madeAt: 1 };
      const planned = makePlan(subject);
      // Who is connected at this moment, and in which order nodes were read, changes nothing in what is approved.
      expect(makePlan({ ...subject, nodes: nodes.toReversed().map((node) => ({ ...node, offline: !node.offline })), madeAt: 2 }).plan.hash).toBe(planned.plan.hash);
      expect(planned.plan.waves.map((wave) => wave.nodes)).toEqual(fleet.rollout.waves.map(({ index }) => fleet.rows().filter(({ wave }) => wave === index).length));

      const places = new Map(planned.nodes.map((node) => [node.node, node]));
      fleet.run((step) => {
        const fresh = step.requests.filter(({ node }) => !fleet.wasInFlight(node));
        if (fresh.length > 0 && step.state !== 'Succeeded') expect(fleet.inFlightBefore() + fresh.length).toBeLessThanOrEqual(planned.plan.inFlightMax);
        for (const { node } of step.requests) expect(places.get(node)?.wave).toBe(fleet.row(node).wave);
      }, 400);
      // In the end all were told, but for those whose absence the policy counts as a failure.
      const untold = fleet.rollout.state === 'Succeeded' ? fleet.rows().filter(({ told }) => told?.bundle !== 'new') : [];
      expect(untold.filter(({ state }) => state !== 'Failed' || given.policy.whenDisconnected !== 'error')).toEqual([]);

      for (const { from, changes, bytes, to: target } of planned.nodes) {
        const before = from === null ? null : (manifests.get(from) ?? null);
        const has = new Set(before === null ? [] : artefactsOf(before).map(({ digest }) => digest));
        expect(target).toBe(to.digest);
        expect(changed(before, to.manifest, changes)).toEqual({ rules: Object.fromEntries(to.manifest.rules.map(({ name, version }) => [name, String(version)])), settings: to.manifest.settings });
        expect(bytes).toBe(artefactsOf(to.manifest).filter(({ digest }) => !has.has(digest)).reduce((sum, one) => sum + one.bytes, 0));
      }
    }),
    { numRuns: 300 },
  );
});
