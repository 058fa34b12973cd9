// The fragments of a line so far. A list never changes: a batch that goes on makes a longer one. Lists that begin alike
// share their memory, so that a line of 100,000 messages costs no more for each than one of ten.
import { bytesOf, type Fragment } from './fragment-line.ts'
import { placeName } from './place-name.ts'

/** What lists that begin alike have together. */
interface Shared {
  items: Fragment[]
  /** By the name of a place: the first fragment there, of the first `indexed` ones. */
  index: Map<string, number>
  indexed: number
}

export class FragmentList {
  private readonly shared: Shared
  readonly length: number
  /** Of the text so far. */
  readonly messageBytes: number
  /** About what the fragments take of memory. */
  readonly memoryBytes: number

  private constructor(shared: Shared, length: number, messageBytes: number, memoryBytes: number) {
    this.shared = shared
    this.length = length
    this.messageBytes = messageBytes
    this.memoryBytes = memoryBytes
  }

  static empty(): FragmentList {
    return new FragmentList({ items: [], index: new Map(), indexed: 0 }, 0, 0, 0)
  }

  get first(): Fragment | undefined {
    return this.length === 0 ? undefined : this.shared.items[0]
  }

  get last(): Fragment | undefined {
    return this.at(this.length - 1)
  }

  at(index: number): Fragment | undefined {
    return index < this.length ? this.shared.items[index] : undefined
  }

  all(): readonly Fragment[] {
    return this.shared.items.slice(0, this.length)
  }

  with(fragment: Fragment): FragmentList {
    const { items } = this.shared
    // Another list may have gone on from this one already.
    const shared = items.length === this.length ? this.shared : { items: [...this.all()], index: new Map(), indexed: 0 }
    shared.items.push(fragment)
    return new FragmentList(
      shared,
      this.length + 1,
      this.messageBytes + fragment.message.length,
      this.memoryBytes + bytesOf(fragment),
    )
  }

  upTo(length: number): FragmentList {
    if (length === this.length) return this
    const kept = this.shared.items.slice(0, length)
    const messageBytes = kept.reduce((sum, { message }) => sum + message.length, 0)
    const memoryBytes = kept.reduce((sum, fragment) => sum + bytesOf(fragment), 0)
    return new FragmentList(this.shared, length, messageBytes, memoryBytes)
  }

  /** Which fragment stands at the place of this name (`placeName` for this life); -1 where none does. */
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
