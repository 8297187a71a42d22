/** Values of a contract's enums as words: the names under which the native's own constants hold them. */

/** The name of `value`; that of 0, the enum's default, for a value that it does not have. */
export function enumName<E extends Readonly<Record<string, bigint>>>(values: E, value: number): keyof E & string {
  const names = Object.keys(values)
  return names.find((name) => values[name] === BigInt(value)) ?? names[0]!
}
