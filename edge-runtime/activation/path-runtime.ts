import type { BundleManifest, Digest, Labels, Settings } from '../protocol/index.ts';

/** A bundle whose every part is on this node's disk and proven. */
export interface StagedBundle {
  readonly digest: Digest;
  readonly generation: number;
  readonly manifest: BundleManifest;
  /** The fleet's settings with this node's own over them. */
  readonly settings: Settings;
  /** This node's labels that the bundle asks for. */
  readonly labels: Labels;
  readonly ruleTexts: ReadonlyMap<Digest, string>;
  readonly modelFiles: ReadonlyMap<Digest, string>;
}

/** An event path that is ready to take over. `stop` also frees one that was never started; it never rejects. */
export interface BuiltPath {
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** What activation needs of whatever runs event paths. `build` must not touch what already runs. */
export interface PathRuntime {
  build(bundle: StagedBundle): Promise<BuiltPath>;
}
