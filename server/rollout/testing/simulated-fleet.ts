import { isDeepStrictEqual } from 'node:util';
import { openingOf, openSince } from '@selvedge/edge-runtime/protocol';
import type { RolloutPolicy, RolloutState } from '../../deployments/schema.ts';
import type { LookEvidence } from '../../gates/index.ts';
import { isLookDue } from '../gating.ts';
import { groupOf } from '../groups.ts';
import { isInFlight } from '../observe.ts';
import { Places } from '../places.ts';
import { step } from '../planner.ts';
import type { NodeFacts, RolloutNode } from '../rollout-node.ts';
import type { RolloutSnapshot, RolloutStep, RolloutWave } from '../snapshot.ts';
import { cutWaves } from '../waves.ts';
import { isOver } from '../work.ts';

export type Happening = { kind: 'nothing' } | { kind: 'connection' | 'leaves'; node: number } | { kind: 'pause' | 'resume' | 'retry' | 'rollBack' | 'cancel' };

export interface FleetScript {
  policy: RolloutPolicy;
  nodes: { offline: boolean; fails: boolean; seconds: number }[];
  happenings: Happening[];
  kills: boolean[];
  /** What gates see of nodes that run the new bundle and of those that wait; nothing of either without it. */
  evidence?: (wave: readonly string[], control: readonly string[]) => LookEvidence;
}

interface SimulatedNode {
  offline: boolean;
  fails: boolean;
  seconds: number;
  assigned: { generation: number; bundle: string; at: number } | null;
}

/** Agents that do what they are told after some seconds, and a rollout of them in memory, a step a second. */
export function createFleet(script: FleetScript) {
  const patience = { updateTimeoutMs: script.policy.updateTimeoutSeconds * 1000, whenDisconnected: script.policy.whenDisconnected };
  const agents: SimulatedNode[] = script.nodes.map((node) => ({ ...node, assigned: null }));
  const ids = agents.map((_, index) => `n${String(index).padStart(2, '0')}`);
  const cut = cutWaves(agents.map((agent, index) => ({ node: ids[index] ?? '', name: ids[index] ?? '', offline: agent.offline, labels: {} })), script.policy.waves);
  const waveOf = new Map(cut.flatMap((wave, index) => wave.map(({ node }) => [node, index] as const)));
  let now = 1_000_000;
  let generation = 1;
  const waves: RolloutWave[] = cut.map((_, index) => ({ index, startedAt: null, bakingSince: null, passedAt: null, looks: 0, lookedAt: null, gate: 'Judging' }));
  const rollout: { state: RolloutState; wave: number; waves: RolloutWave[] } = { state: 'Progressing', wave: 0, waves };
  const nodes: RolloutNode[] = agents.map((agent, index) => ({
    node: ids[index] ?? '',
    name: ids[index] ?? '',
    wave: waveOf.get(ids[index] ?? '') ?? 0,
    state: 'ToCome',
    since: now,
    message: '',
    told: null,
    afterFailure: 'undecided',
    group: groupOf({ site: `site-${index % 3}` }, script.policy.maxUnavailablePer),
    facts: { belongs: true, quarantined: null, failuresInARow: 0, failedGeneration: 0, connected: !agent.offline, observedGeneration: 1, bundle: 'old', sync: 'Synced', activating: null, staged: false, message: '' },
  }));
  let inFlightThen = new Set<string>();

  const agentOf = (row: RolloutNode): SimulatedNode | undefined => agents[ids.indexOf(row.node)];
  const places = new Places(nodes, 'new');
  const say = (row: RolloutNode, facts: Partial<NodeFacts>): void => {
    const now = { ...row.facts, ...facts };
    if (isDeepStrictEqual(now, row.facts)) return;
    row.facts = now;
    places.hear(row.node);
  };
  /** Agents report, those that are connected. */
  const report = (): void => {
    for (const row of nodes) {
      const agent = agentOf(row);
      if (agent === undefined) continue;
      if (row.facts.connected === agent.offline) say(row, { connected: !agent.offline });
      if (agent.offline || agent.assigned === null) continue;
      const { generation: wanted, bundle, at } = agent.assigned;
      if (row.facts.observedGeneration >= wanted) continue;
      const waits = bundle === 'new' && !openingOf(script.policy.activateWindows, now).open;
      if (now - at < agent.seconds * 1000) say(row, { staged: false, sync: 'Applying', activating: wanted });
      else if (waits) say(row, { staged: true, sync: 'OutOfSync', activating: wanted });
      else if (agent.fails && bundle === 'new') say(row, { staged: false, sync: 'Failed', activating: wanted });
      else say(row, { staged: false, sync: 'Synced', activating: null, observedGeneration: wanted, bundle });
    }
  };
  const happen = (happening: Happening): void => {
    switch (happening.kind) {
      case 'nothing':
        return;
      case 'connection': {
        const agent = agents[happening.node % agents.length];
        if (agent !== undefined) agent.offline = !agent.offline;
        return;
      }
      case 'leaves': {
        const row = nodes[happening.node % nodes.length];
        if (row !== undefined) say(row, { belongs: false });
        return;
      }
      case 'pause':
        if (rollout.state === 'Progressing') rollout.state = 'Paused';
        return;
      case 'resume':
        if (rollout.state === 'Suspended' || rollout.state === 'RollingBack') for (const row of nodes) if (row.state === 'Failed') row.afterFailure = 'goOn';
        if (rollout.state === 'Paused' || rollout.state === 'Suspended') {
          rollout.state = 'Progressing';
          rollout.waves = rollout.waves.map((wave) => (wave.gate === 'Judging' ? wave : { ...wave, gate: 'Lifted' }));
        }
        return;
      case 'retry':
        for (const row of nodes) if (row.state === 'Failed') row.afterFailure = 'retry';
        if (rollout.state === 'Suspended') rollout.state = 'Progressing';
        return;
      case 'rollBack':
        if (!isOver(rollout.state)) rollout.state = 'RollingBack';
        return;
      case 'cancel':
        if (!isOver(rollout.state) && rollout.state !== 'RollingBack') rollout.state = 'Cancelled';
        return;
    }
  };
  let wakeAt: number | null = null;
  /** What the transaction writes, all of it or nothing. */
  const apply = (result: RolloutStep): void => {
    Object.assign(rollout, { state: result.state, wave: result.wave, waves: result.waves });
    wakeAt = result.nextWakeAt;
    places.apply(result, now, (row, bundle) => {
      const agent = agentOf(row);
      if (agent === undefined) return;
      generation += 1;
      row.told = { generation, bundle, at: now };
      row.afterFailure = 'undecided';
      agent.assigned = row.told;
    });
  };
  const nothing: LookEvidence = { before: { from: 0, to: 0 }, after: { from: 0, to: 0 }, wave: [], control: [] };
  const evidence = (): LookEvidence => {
    const names = (of: (row: RolloutNode) => boolean): string[] => nodes.filter(of).map((row) => row.name);
    return script.evidence?.(names((row) => row.wave === rollout.wave && row.facts.bundle === 'new'), names((row) => row.told === null && row.facts.bundle === 'old')) ?? nothing;
  };
  const snapshot = (): RolloutSnapshot => {
    const before: RolloutSnapshot = { id: 'r', policy: script.policy, bundle: 'new', previousBundle: 'old', signed: true, previousSigned: true, ...rollout, wakeAt, nodes: nodes.map((row) => ({ ...row })), others: [], evidence: null };
    return isLookDue(before, now) ? { ...before, evidence: evidence() } : before;
  };

  return {
    rollout,
    get now() {
      return now;
    },
    rows: (): readonly RolloutNode[] => nodes,
    row: (id: string): RolloutNode => {
      const found = nodes.find((row) => row.node === id);
      if (found === undefined) throw new Error(`no node ${id}`);
      return found;
    },
    /** At the moment before the step that is being looked at. */
    wasInFlight: (id: string): boolean => inFlightThen.has(id),
    inFlightBefore: (): number => inFlightThen.size,
    /** Whom a wave waits for: not for nodes that left, nor for those that a person left behind. */
    anyoneIsExpected: (wave: number): boolean => nodes.some((row) => row.wave <= wave && row.facts.belongs && !(row.state === 'Failed' && row.afterFailure === 'goOn')),
    anyoneReports: (bundle: string, wave: number): boolean => nodes.some((row) => row.wave <= wave && row.facts.bundle === bundle && row.facts.sync === 'Synced'),
    /**
     * Goes on for as many seconds as the script says, or until it is over. `look` sees each step before it is applied, and may take it
     * from what changed alone.
     */
    run(look: (result: RolloutStep, before: RolloutState, fromChanges: () => RolloutStep) => void, secondsMax = Math.max(script.happenings.length, script.kills.length) + 30): void {
      for (let second = 0; second < secondsMax; second += 1) {
        now += 1000;
        const happening = script.happenings[second] ?? { kind: 'nothing' };
        happen(happening);
        // What people do is followed by a look at all nodes.
        if (happening.kind !== 'nothing' && happening.kind !== 'connection' && happening.kind !== 'leaves') places.hearAll();
        report();
        const before = rollout.state;
        const whole = snapshot();
        const result = step(whole, now);
        const byPlanner = nodes.map((row) => ({ row, state: result.changes.find((change) => change.node === row.node)?.state ?? row.state }));
        const asked = new Set(result.requests.map((request) => request.node));
        const clockFrom = openSince(script.policy.activateWindows, now, patience.updateTimeoutMs);
        inFlightThen = new Set(byPlanner.filter(({ row, state }) => (asked.has(row.node) ? isInFlight(row, row.state, now, { ...patience, clockFrom }) && row.facts.observedGeneration < (row.told?.generation ?? 0) : isInFlight(row, state, now, { ...patience, clockFrom }))).map(({ row }) => row.node));
        look(result, before, () => step({ ...whole, ...places.changed }, now, (asked) => places.answer(asked)));
        if (script.kills[second] !== true) apply(result);
        if (isOver(rollout.state) && second > script.happenings.length) return;
      }
    },
  };
}
