/** The WGSL rules of influence.md §10.1 that a reader of a kernel's source can enforce. */

export interface Rule {
  readonly name: string
  /** What is wrong, or nothing. */
  find(source: string): string | undefined
}

/** Closing brackets of types look like shifts. */
const stripped = (source: string): string =>
  source.replaceAll(/\/\/.*$/gm, '').replaceAll(/<vec(\d)<([iu]32)>>/g, '<vec$1_$2>')

/** Breaks a rule where the pattern matches. */
const ban = (name: string, pattern: RegExp): Rule => ({ name, find: (source) => pattern.exec(source)?.[0] })

/** Number of matches of a declaration's first group, summed. */
const all = (source: string, pattern: RegExp): RegExpExecArray[] => [...source.matchAll(pattern)]

const STORAGE_BUFFERS_MAX = 8
/** Defaults of WebGPU, which no device may undercut. */
const WORKGROUP_BYTES_MAX = 16_384
const INVOCATIONS_MAX = 256

const READ_MODIFY_WRITE = 'atomic(?:Add|Sub|Max|Min|And|Or|Xor)'
// Literals, vectors of literals, `by24`, or anything in brackets that ends in a mask.
const SAFE_SHIFT = String.raw`(?:\d+u\b|vec4<u32>\([\d\su,]+\)|by24\b|\((?:[^()]|\([^()]*\))*& 31u\))`

export const RULES: readonly Rule[] = [
  ban('1: integers only', /\b(?:f32|f16|vec[234][fh]|mat[234]x[234]\w*)\b|\b\d+\.\d|\d[fh]\b|enable f16/),
  ban('1: codes are u32 buffers', /var<storage, \w+> (?:codes|vectors|queries|rows): (?!array<(?:vec4_u32|u32)>)/),
  {
    name: '2: packed products behind their language feature',
    find: (source) =>
      /dot4[IU]8Packed|4x[IU]8/.test(source) && !source.startsWith('requires packed_4x8_integer_dot_product;')
        ? 'no directive'
        : undefined,
  },
  ban(
    '5: no atomic whose returned value is used',
    new RegExp(String.raw`(?:[=(,+*<>&|!?:-]|return)\s*${READ_MODIFY_WRITE}\(`),
  ),
  ban('5: no exchange', /atomic(?:Exchange|CompareExchange)/),
  // Other invocations' words in storage are read by the next dispatch; in workgroup memory, after the barrier.
  ban('5: atomics in storage are not read back', /atomicLoad\(&\w+\[/),
  {
    name: '5: a barrier before workgroup memory is shared',
    find: (source) =>
      source.includes('var<workgroup>') && !source.includes('workgroupBarrier();') ? 'no barrier' : undefined,
  },
  ban('6: no subgroups', /subgroup|quad(?:Broadcast|Swap)/),
  ban('7: shift counts are masked', new RegExp(String.raw`(?:<<|>>)\s*(?!${SAFE_SHIFT})[\w(]`)),
  ban('7: divisors are not data', /[/%]\s*(?!\d+u)[\w(]/),
  {
    name: 'limits: storage buffers',
    find: (source) => {
      const count = all(source, /var<storage, \w+>/g).length
      return count > STORAGE_BUFFERS_MAX ? `${count} storage buffers` : undefined
    },
  },
  {
    name: 'limits: workgroup memory',
    find: (source) => {
      const quads = all(source, /var<workgroup> \w+: array<vec4<\w+>, (\d+)>/g).reduce(
        (sum, [, n]) => sum + Number(n),
        0,
      )
      return 16 * quads > WORKGROUP_BYTES_MAX ? `${16 * quads} bytes` : undefined
    },
  },
  {
    name: 'limits: invocations',
    find: (source) => {
      const [, sizes = ''] = /@workgroup_size\(([\d, ]+)\)/.exec(source) ?? []
      const product = sizes.split(',').reduce((total, size) => total * Number(size), 1)
      return product > INVOCATIONS_MAX ? `${product} invocations` : undefined
    },
  },
]

/** Broken rules, with what breaks them. */
export function offences(source: string, exempt: readonly string[] = []): string[] {
  const code = stripped(source)
  return RULES.filter(({ name }) => !exempt.includes(name)).flatMap(({ name, find }) => {
    const found = find(code)
    return found === undefined ? [] : [`${name}: ${found}`]
  })
}
