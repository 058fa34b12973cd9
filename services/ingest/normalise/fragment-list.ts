// The fragments of a line so far. A list never changes: a batch that goes on makes a longer one. Lists that begin alike
// share their memory, so that a line of 100,000 messages costs no more for each than one of ten.
import { bytesOf, type Fragment } from './fragment-line.ts'
import { placeName } from './place-name.ts'

/** What lists that begin alike have together. */
interface Shared {
  items: Fragment[]
  /** About what all items take of memory. */
  memoryBytes: number
  /** By the name of a place: the first fragment there, of the first `indexed` ones. */
  index: Map<string, number> | undefined
  indexed: number
}

export class FragmentList {
  private readonly shared: Shared
  readonly length: number

  private constructor(shared: Shared, length: number) {
    this.shared = shared
    this.length = length
  }

  static empty(): FragmentList {
    return new FragmentList({ items: [], memoryBytes: 0, index: undefined, indexed: 0 }, 0)
  }

  get first(): Fragment | undefined {
    return this.at(0)
  }

  get last(): Fragment | undefined {
    return this.at(this.length - 1)
  }

  /** About what the fragments take of memory, those of longer lists that begin alike included. */
  get memoryBytes(): number {
    return this.shared.memoryBytes
  }

  at(index: number): Fragment | undefined {
    return index < this.length ? this.shared.items[index] : undefined
  }

  all(): readonly Fragment[] {
    return this.shared.items.slice(0, this.length)
  }

  with(fragment: Fragment): FragmentList {
    const { shared, length } = this
    // Another list may have gone on from this one already.
    const own = shared.items.length === length ? shared : sharedOf(this.all())
    own.memoryBytes += bytesOf(fragment)
    own.items.push(fragment)
    return new FragmentList(own, length + 1)
  }

  upTo(length: number): FragmentList {
    return length === this.length ? this : new FragmentList(this.shared, length)
  }

  /** The name of the fragment's place, as `placeName` for this life has it; undefined behind the last one. */
  nameAt(index: number, life: string): string | undefined {
    const fragment = this.at(index)
    return fragment === undefined ? undefined : placeName(life, fragment)
  }

  /** Which fragment stands at the place of this name; -1 where none does. */
  indexOf(name: string, life: string): number {
    const { shared } = this
    const index = (shared.index ??= new Map())
    for (; shared.indexed < shared.items.length; shared.indexed++) {
      const each = placeName(life, shared.items[shared.indexed]!)
      if (!index.has(each)) index.set(each, shared.indexed)
    }
    const at = index.get(name) ?? -1
    return at < this.length ? at : -1
  }
}

const sharedOf = (items: readonly Fragment[]): Shared => ({
  items: [...items],
  memoryBytes: items.reduce((sum, fragment) => sum + bytesOf(fragment), 0),
  index: undefined,
  indexed: 0,
})
