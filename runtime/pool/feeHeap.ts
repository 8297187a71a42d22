/** A binary heap; the order is total, so what comes out does not depend on what went in when. */

export interface Heap<Item> {
  readonly size: number
  push(item: Item): void
  pop(): Item | undefined
}

/** `isBefore(a, b)`: does a come out first? */
export function createHeap<Item>(isBefore: (a: Item, b: Item) => boolean): Heap<Item> {
  const items: Item[] = []
  const swap = (a: number, b: number) => {
    const held = items[a]!
    items[a] = items[b]!
    items[b] = held
  }
  const sift = (start: number) => {
    for (let at = start; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2]
      let first = at
      if (left < items.length && isBefore(items[left]!, items[first]!)) first = left
      if (right < items.length && isBefore(items[right]!, items[first]!)) first = right
      if (first === at) return
      swap(at, first)
      at = first
    }
  }
  return {
    get size() {
      return items.length
    },
    push(item) {
      let at = items.push(item) - 1
      for (let parent = (at - 1) >> 1; at > 0 && isBefore(items[at]!, items[parent]!); parent = (at - 1) >> 1) {
        swap(at, parent)
        at = parent
      }
    },
    pop() {
      if (items.length === 0) return undefined
      swap(0, items.length - 1)
      const item = items.pop()
      sift(0)
      return item
    },
  }
}
