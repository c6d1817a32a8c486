interface Due<Thing> {
  at: number;
  thing: Thing;
}

/** Things by the time at which they have to be looked at: a binary heap, the soonest first. */
export class Dues<Thing> {
  private heap: Due<Thing>[] = [];

  get size(): number {
    return this.heap.length;
  }

  add(at: number, thing: Thing): void {
    this.heap.push({ at, thing });
    this.rise(this.heap.length - 1);
  }

  /** Takes out all whose time has come, the soonest first. */
  take(time: number): Thing[] {
    const taken: Thing[] = [];
    for (let [first] = this.heap; first !== undefined && first.at <= time; [first] = this.heap) {
      taken.push(first.thing);
      this.dropFirst();
    }
    return taken;
  }

  /** Forgets all but those of which `stays` is true. */
  retain(stays: (thing: Thing) => boolean): void {
    const { heap } = this;
    this.heap = [];
    for (const { at, thing } of heap) if (stays(thing)) this.add(at, thing);
  }

  clear(): void {
    this.heap = [];
  }

  private dropFirst(): void {
    const last = this.heap.pop();
    if (last === undefined || this.heap.length === 0) return;
    this.heap[0] = last;
    this.sink();
  }

  private rise(from: number): void {
    const { heap } = this;
    const moved = heap[from];
    let at = from;
    while (at > 0 && moved !== undefined) {
      const parent = (at - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || above.at <= moved.at) break;
      heap[at] = above;
      at = parent;
    }
    if (moved !== undefined) heap[at] = moved;
  }

  private sink(): void {
    const { heap } = this;
    const [moved] = heap;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const right = left + 1;
      const child = (heap[right]?.at ?? Number.POSITIVE_INFINITY) < (heap[left]?.at ?? Number.POSITIVE_INFINITY) ? right : left;
      const below = heap[child];
      if (moved === undefined || below === undefined || below.at >= moved.at) break;
      heap[at] = below;
      at = child;
    }
    if (moved !== undefined) heap[at] = moved;
  }
}
