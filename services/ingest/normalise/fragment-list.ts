// The fragments of a line so far. A list never changes: a batch that goes on makes a longer one. Lists that begin alike
// share their memory, so that a line of 100,000 messages costs no more for each than one of ten.
import { bytesOf, type Fragment } from './fragment-line.ts'
import { placeName } from './place-name.ts'

/** What lists that begin alike have together. */
interface Shared {
  items: Fragment[]
  /** Behind each fragment: the bytes of the text so far, and about what the fragments take of memory. */
  messageBytes: number[]
  memoryBytes: number[]
  /** By the name of a place: the first fragment there, of the first `indexed` ones. */
  index: Map<string, number>
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
    return new FragmentList({ items: [], messageBytes: [], memoryBytes: [], index: new Map(), indexed: 0 }, 0)
  }

  get first(): Fragment | undefined {
    return this.at(0)
  }

  get last(): Fragment | undefined {
    return this.at(this.length - 1)
  }

  /** Of the text so far. */
  get messageBytes(): number {
    return this.shared.messageBytes[this.length - 1] ?? 0
  }

  /** About what the fragments take of memory. */
  get memoryBytes(): number {
    return this.shared.memoryBytes[this.length - 1] ?? 0
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
    const own = shared.items.length === length ? shared : copyOf(shared, length)
    own.messageBytes.push(this.messageBytes + fragment.message.length)
    own.memoryBytes.push(this.memoryBytes + bytesOf(fragment))
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
    const { items, index } = shared
    for (; shared.indexed < items.length; shared.indexed++) {
      const each = placeName(life, items[shared.indexed]!)
      if (!index.has(each)) index.set(each, shared.indexed)
    }
    const at = index.get(name) ?? -1
    return at < this.length ? at : -1
  }
}

const copyOf = ({ items, messageBytes, memoryBytes }: Shared, length: number): Shared => ({
  items: items.slice(0, length),
  messageBytes: messageBytes.slice(0, length),
  memoryBytes: memoryBytes.slice(0, length),
  index: new Map(),
  indexed: 0,
})
