/** Tables that the scalar steps read: what scoringTables.ts writes of every row and block, and of every block. */
import { blockCount, layersAddress, ratiosAddress } from './job'

/** The ratio 2^16·D/(N·D + T) of a row and block as m·2^−s, m rounded to 31 bits; 0 where it is not live. */
// @ts-ignore: decorator
@inline
export function ratioOf(row: usize, block: usize): usize {
  return ratiosAddress() + 8 * (row * blockCount() + block)
}
// @ts-ignore: decorator
@inline
export function mantissa(ratio: usize): u64 { return load<u32>(ratio) }
// @ts-ignore: decorator
@inline
export function mantissaShift(ratio: usize): u64 { return load<u8>(ratio, 4) }
/** e0 − e of a live row, at most 40. */
// @ts-ignore: decorator
@inline
export function belowTop(ratio: usize): i32 { return load<u8>(ratio, 5) }
// @ts-ignore: decorator
@inline
export function isLive(ratio: usize): bool { return load<u8>(ratio, 6) != 0 }

// @ts-ignore: decorator
@inline
export function layerOf(block: usize): usize { return layersAddress() + 64 * block }
/** Limb 0, 1 or 2 of T: 64 bits each. */
// @ts-ignore: decorator
@inline
export function sumLimb(layer: usize, limb: usize): u64 { return load<u64>(layer + 8 * limb) }
/** 10·nA·d < 2^44. */
// @ts-ignore: decorator
@inline
export function layerFactor(layer: usize): u64 { return load<u64>(layer, 24) }
/** M31; 0 says that the block is dead. */
// @ts-ignore: decorator
@inline
export function layerScale(layer: usize): u64 { return load<u32>(layer, 32) }
/** e0. */
// @ts-ignore: decorator
@inline
export function topExponent(layer: usize): i32 { return load<i32>(layer, 36) }
// @ts-ignore: decorator
@inline
export function layerStart(layer: usize): usize { return load<u32>(layer, 40) }
/** Columns, padding included. */
// @ts-ignore: decorator
@inline
export function layerColumns(layer: usize): usize { return load<u32>(layer, 44) }
