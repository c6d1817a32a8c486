/** What is new over what was there, which is left as it is; names in `hidden` are seen only where they are new. Walked through and counted, it is what is new. */
export class LayeredMap<Value> extends Map<string, Value> {
  private readonly below: ReadonlyMap<string, Value>;
  private readonly hidden: ReadonlySet<string>;

  constructor(below: ReadonlyMap<string, Value>, hidden: ReadonlySet<string> = new Set()) {
    super();
    this.below = below;
    this.hidden = hidden;
  }

  override get(name: string): Value | undefined {
    return super.get(name) ?? (this.hidden.has(name) ? undefined : this.below.get(name));
  }

  override has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  /** Of both, for finding the name that was meant. */
  override *keys(): MapIterator<string> {
    yield* super.keys();
    for (const name of this.below.keys()) if (!this.hidden.has(name)) yield name;
  }
}
