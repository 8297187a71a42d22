/** The shape of a native's storage as solc lays it out, and the typed places through which a native reaches it. */

export type StorageType =
  | { readonly kind: 'uint' | 'int' | 'bool' | 'address' | 'fixedBytes'; readonly bytes: number }
  | { readonly kind: 'bytes' | 'string' }
  | { readonly kind: 'mapping'; readonly key: StorageType; readonly value: StorageType }
  | { readonly kind: 'struct'; readonly slots: number; readonly fields: StorageLayout }
  | { readonly kind: 'dynamicArray'; readonly element: StorageType }
  | { readonly kind: 'fixedArray'; readonly element: StorageType; readonly length: number; readonly slots: number }

export interface StorageVariable {
  readonly slot: bigint
  /** Bytes from the low end of the slot. */
  readonly offset: number
  readonly type: StorageType
}
export interface StorageLayout {
  readonly [label: string]: StorageVariable
}

type Value<T> = T extends { readonly kind: 'uint' | 'int' }
  ? bigint
  : T extends { readonly kind: 'bool' }
    ? boolean
    : T extends { readonly kind: 'string' }
      ? string
      : T extends { readonly kind: 'address' | 'fixedBytes' | 'bytes' }
        ? Uint8Array
        : never

/** One value. */
export interface Cell<V> {
  get(): V
  set(value: V): void
}

type FieldsOf<T> = T extends { readonly fields: infer F extends StorageLayout } ? F : never
/** Fields that `load` and `store` carry: all but mappings, arrays and inner structs. */
type PlainField<F extends StorageLayout> = { [N in keyof F]: Value<F[N]['type']> extends never ? never : N }[keyof F]
export type StructValue<F extends StorageLayout> = { readonly [N in PlainField<F>]: Value<F[N]['type']> }

/** The place of a type: a cell, a mapping's `at`, a struct's fields, an array's elements. */
export type Place<T> = T extends { readonly kind: 'mapping'; readonly key: infer K; readonly value: infer V }
  ? { at(key: Value<K>): Place<V> }
  : T extends { readonly kind: 'struct' }
    ? StructPlace<FieldsOf<T>>
    : T extends { readonly kind: 'dynamicArray'; readonly element: infer E }
      ? ArrayPlace<E>
      : T extends { readonly kind: 'fixedArray'; readonly element: infer E }
        ? { at(index: bigint): Place<E> }
        : Cell<Value<T>>

export interface ArrayPlace<E> {
  length(): bigint
  /** No bounds check: the caller has read the length or knows it. */
  at(index: bigint): Place<E>
  /** Grows by one and gives the new last element's place. */
  push(): Place<E>
  /** Clears and drops the last element, a plain value; the caller knows that there is one. */
  pop(): void
}

export type StructPlace<F extends StorageLayout> = { readonly [N in keyof F]: Place<F[N]['type']> } & {
  /** All plain fields, each slot read once. */
  load(): StructValue<F>
  /** The named plain fields, each slot read once. */
  pick<N extends PlainField<F>>(...names: readonly N[]): Pick<StructValue<F>, N>
  /** Writes the given plain fields, each slot once; a slot that is not wholly covered is read first. */
  store(values: Partial<StructValue<F>>): void
}

export type Storage<L extends StorageLayout> = { readonly [N in keyof L]: Place<L[N]['type']> }
