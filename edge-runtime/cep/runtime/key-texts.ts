import type { AttributeType } from '../api.ts';
import { textOf } from '../plan/functions.ts';
import type { Instance, UseOrder } from './partition-instance.ts';

/** The keys of a partition as a person reads them and looks for them. */
export class KeyTexts {
  private readonly type: AttributeType;
  private readonly instances: ReadonlyMap<unknown, Instance>;
  private readonly byUse: UseOrder;

  constructor(type: AttributeType, instances: ReadonlyMap<unknown, Instance>, byUse: UseOrder) {
    this.type = type;
    this.instances = instances;
    this.byUse = byUse;
  }

  of({ key }: Instance): string {
    return textOf(key, this.type);
  }

  find(text: string): Instance | undefined {
    if (this.type === 'string') return this.instances.get(text);
    for (const one of this.instances.values()) if (this.of(one) === text) return one;
    return undefined;
  }

  /** Those that contain a text, whether in small or capital letters, at most `max`; those whose event came last first. */
  like(part: string, max: number): string[] {
    const [wanted, found] = [part.toLowerCase(), [] as string[]];
    for (let one = this.byUse.newest; one !== undefined && found.length < max; one = one.older) {
      const text = this.of(one);
      if (text.toLowerCase().includes(wanted)) found.push(text);
    }
    return found;
  }
}
