/**
 * Keccak-f[1600] of four states at once, word by word: a vector has the word of two of them, and the vector beside it, in
 * capitals, that of the other two, so that a compiler that can makes both one of 256 bits.
 */

export const STATE_WORDS: usize = 25
/** Of four states, and of a block of each. */
export const STATES_BYTES: usize = 800
export const BLOCKS_BYTES: usize = 544

/** Keccak's constants of step ι. */
const ROUND_CONSTANTS = memory.data<u64>([
  0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000,
  0x000000000000808b, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
  0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
  0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003,
  0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
  0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
])
const CONSTANTS_BYTES: usize = 192

// @ts-ignore: decorator
@inline
function rotate(word: v128, bits: i32): v128 {
  return v128.or(i64x2.shl(word, bits), i64x2.shr_u(word, 64 - bits))
}

/** χ: a ^ (~b & c). */
// @ts-ignore: decorator
@inline
function mix(a: v128, b: v128, c: v128): v128 {
  return v128.xor(a, v128.andnot(c, b))
}

/** θ */
// @ts-ignore: decorator
@inline
function parity(a: v128, b: v128, c: v128, d: v128, e: v128): v128 {
  return v128.xor(v128.xor(v128.xor(a, b), v128.xor(c, d)), e)
}

/** Takes a block of each state in. Two rounds in a turn, from a to e and back, move fewer words at its end than one. */
export function permute(states: usize, blocks: usize): void {
  let a0 = v128.xor(v128.load(states, 0), v128.load(blocks, 0)), A0 = v128.xor(v128.load(states, 16), v128.load(blocks, 16))
  let a1 = v128.xor(v128.load(states, 32), v128.load(blocks, 32)), A1 = v128.xor(v128.load(states, 48), v128.load(blocks, 48))
  let a2 = v128.xor(v128.load(states, 64), v128.load(blocks, 64)), A2 = v128.xor(v128.load(states, 80), v128.load(blocks, 80))
  let a3 = v128.xor(v128.load(states, 96), v128.load(blocks, 96)), A3 = v128.xor(v128.load(states, 112), v128.load(blocks, 112))
  let a4 = v128.xor(v128.load(states, 128), v128.load(blocks, 128)), A4 = v128.xor(v128.load(states, 144), v128.load(blocks, 144))
  let a5 = v128.xor(v128.load(states, 160), v128.load(blocks, 160)), A5 = v128.xor(v128.load(states, 176), v128.load(blocks, 176))
  let a6 = v128.xor(v128.load(states, 192), v128.load(blocks, 192)), A6 = v128.xor(v128.load(states, 208), v128.load(blocks, 208))
  let a7 = v128.xor(v128.load(states, 224), v128.load(blocks, 224)), A7 = v128.xor(v128.load(states, 240), v128.load(blocks, 240))
  let a8 = v128.xor(v128.load(states, 256), v128.load(blocks, 256)), A8 = v128.xor(v128.load(states, 272), v128.load(blocks, 272))
  let a9 = v128.xor(v128.load(states, 288), v128.load(blocks, 288)), A9 = v128.xor(v128.load(states, 304), v128.load(blocks, 304))
  let a10 = v128.xor(v128.load(states, 320), v128.load(blocks, 320)), A10 = v128.xor(v128.load(states, 336), v128.load(blocks, 336))
  let a11 = v128.xor(v128.load(states, 352), v128.load(blocks, 352)), A11 = v128.xor(v128.load(states, 368), v128.load(blocks, 368))
  let a12 = v128.xor(v128.load(states, 384), v128.load(blocks, 384)), A12 = v128.xor(v128.load(states, 400), v128.load(blocks, 400))
  let a13 = v128.xor(v128.load(states, 416), v128.load(blocks, 416)), A13 = v128.xor(v128.load(states, 432), v128.load(blocks, 432))
  let a14 = v128.xor(v128.load(states, 448), v128.load(blocks, 448)), A14 = v128.xor(v128.load(states, 464), v128.load(blocks, 464))
  let a15 = v128.xor(v128.load(states, 480), v128.load(blocks, 480)), A15 = v128.xor(v128.load(states, 496), v128.load(blocks, 496))
  let a16 = v128.xor(v128.load(states, 512), v128.load(blocks, 512)), A16 = v128.xor(v128.load(states, 528), v128.load(blocks, 528))
  let a17 = v128.load(states, 544), A17 = v128.load(states, 560)
  let a18 = v128.load(states, 576), A18 = v128.load(states, 592)
  let a19 = v128.load(states, 608), A19 = v128.load(states, 624)
  let a20 = v128.load(states, 640), A20 = v128.load(states, 656)
  let a21 = v128.load(states, 672), A21 = v128.load(states, 688)
  let a22 = v128.load(states, 704), A22 = v128.load(states, 720)
  let a23 = v128.load(states, 736), A23 = v128.load(states, 752)
  let a24 = v128.load(states, 768), A24 = v128.load(states, 784)
  for (let constant = ROUND_CONSTANTS; constant < ROUND_CONSTANTS + CONSTANTS_BYTES; constant += 16) {
    const iota1 = v128.load64_splat(constant)
    const c0 = parity(a0, a5, a10, a15, a20), C0 = parity(A0, A5, A10, A15, A20)
    const c1 = parity(a1, a6, a11, a16, a21), C1 = parity(A1, A6, A11, A16, A21)
    const c2 = parity(a2, a7, a12, a17, a22), C2 = parity(A2, A7, A12, A17, A22)
    const c3 = parity(a3, a8, a13, a18, a23), C3 = parity(A3, A8, A13, A18, A23)
    const c4 = parity(a4, a9, a14, a19, a24), C4 = parity(A4, A9, A14, A19, A24)
    const d0 = v128.xor(c4, rotate(c1, 1)), D0 = v128.xor(C4, rotate(C1, 1))
    const d1 = v128.xor(c0, rotate(c2, 1)), D1 = v128.xor(C0, rotate(C2, 1))
    const d2 = v128.xor(c1, rotate(c3, 1)), D2 = v128.xor(C1, rotate(C3, 1))
    const d3 = v128.xor(c2, rotate(c4, 1)), D3 = v128.xor(C2, rotate(C4, 1))
    const d4 = v128.xor(c3, rotate(c0, 1)), D4 = v128.xor(C3, rotate(C0, 1))
    const b0 = v128.xor(a0, d0), B0 = v128.xor(A0, D0)
    const b1 = rotate(v128.xor(a6, d1), 44), B1 = rotate(v128.xor(A6, D1), 44)
    const b2 = rotate(v128.xor(a12, d2), 43), B2 = rotate(v128.xor(A12, D2), 43)
    const b3 = rotate(v128.xor(a18, d3), 21), B3 = rotate(v128.xor(A18, D3), 21)
    const b4 = rotate(v128.xor(a24, d4), 14), B4 = rotate(v128.xor(A24, D4), 14)
    const b5 = rotate(v128.xor(a3, d3), 28), B5 = rotate(v128.xor(A3, D3), 28)
    const b6 = rotate(v128.xor(a9, d4), 20), B6 = rotate(v128.xor(A9, D4), 20)
    const b7 = rotate(v128.xor(a10, d0), 3), B7 = rotate(v128.xor(A10, D0), 3)
    const b8 = rotate(v128.xor(a16, d1), 45), B8 = rotate(v128.xor(A16, D1), 45)
    const b9 = rotate(v128.xor(a22, d2), 61), B9 = rotate(v128.xor(A22, D2), 61)
    const b10 = rotate(v128.xor(a1, d1), 1), B10 = rotate(v128.xor(A1, D1), 1)
    const b11 = rotate(v128.xor(a7, d2), 6), B11 = rotate(v128.xor(A7, D2), 6)
    const b12 = rotate(v128.xor(a13, d3), 25), B12 = rotate(v128.xor(A13, D3), 25)
    const b13 = rotate(v128.xor(a19, d4), 8), B13 = rotate(v128.xor(A19, D4), 8)
    const b14 = rotate(v128.xor(a20, d0), 18), B14 = rotate(v128.xor(A20, D0), 18)
    const b15 = rotate(v128.xor(a4, d4), 27), B15 = rotate(v128.xor(A4, D4), 27)
    const b16 = rotate(v128.xor(a5, d0), 36), B16 = rotate(v128.xor(A5, D0), 36)
    const b17 = rotate(v128.xor(a11, d1), 10), B17 = rotate(v128.xor(A11, D1), 10)
    const b18 = rotate(v128.xor(a17, d2), 15), B18 = rotate(v128.xor(A17, D2), 15)
    const b19 = rotate(v128.xor(a23, d3), 56), B19 = rotate(v128.xor(A23, D3), 56)
    const b20 = rotate(v128.xor(a2, d2), 62), B20 = rotate(v128.xor(A2, D2), 62)
    const b21 = rotate(v128.xor(a8, d3), 55), B21 = rotate(v128.xor(A8, D3), 55)
    const b22 = rotate(v128.xor(a14, d4), 39), B22 = rotate(v128.xor(A14, D4), 39)
    const b23 = rotate(v128.xor(a15, d0), 41), B23 = rotate(v128.xor(A15, D0), 41)
    const b24 = rotate(v128.xor(a21, d1), 2), B24 = rotate(v128.xor(A21, D1), 2)
    const e0 = v128.xor(mix(b0, b1, b2), iota1), E0 = v128.xor(mix(B0, B1, B2), iota1)
    const e1 = mix(b1, b2, b3), E1 = mix(B1, B2, B3)
    const e2 = mix(b2, b3, b4), E2 = mix(B2, B3, B4)
    const e3 = mix(b3, b4, b0), E3 = mix(B3, B4, B0)
    const e4 = mix(b4, b0, b1), E4 = mix(B4, B0, B1)
    const e5 = mix(b5, b6, b7), E5 = mix(B5, B6, B7)
    const e6 = mix(b6, b7, b8), E6 = mix(B6, B7, B8)
    const e7 = mix(b7, b8, b9), E7 = mix(B7, B8, B9)
    const e8 = mix(b8, b9, b5), E8 = mix(B8, B9, B5)
    const e9 = mix(b9, b5, b6), E9 = mix(B9, B5, B6)
    const e10 = mix(b10, b11, b12), E10 = mix(B10, B11, B12)
    const e11 = mix(b11, b12, b13), E11 = mix(B11, B12, B13)
    const e12 = mix(b12, b13, b14), E12 = mix(B12, B13, B14)
    const e13 = mix(b13, b14, b10), E13 = mix(B13, B14, B10)
    const e14 = mix(b14, b10, b11), E14 = mix(B14, B10, B11)
    const e15 = mix(b15, b16, b17), E15 = mix(B15, B16, B17)
    const e16 = mix(b16, b17, b18), E16 = mix(B16, B17, B18)
    const e17 = mix(b17, b18, b19), E17 = mix(B17, B18, B19)
    const e18 = mix(b18, b19, b15), E18 = mix(B18, B19, B15)
    const e19 = mix(b19, b15, b16), E19 = mix(B19, B15, B16)
    const e20 = mix(b20, b21, b22), E20 = mix(B20, B21, B22)
    const e21 = mix(b21, b22, b23), E21 = mix(B21, B22, B23)
    const e22 = mix(b22, b23, b24), E22 = mix(B22, B23, B24)
    const e23 = mix(b23, b24, b20), E23 = mix(B23, B24, B20)
    const e24 = mix(b24, b20, b21), E24 = mix(B24, B20, B21)

    const iota2 = v128.load64_splat(constant, 8)
    const g0 = parity(e0, e5, e10, e15, e20), G0 = parity(E0, E5, E10, E15, E20)
    const g1 = parity(e1, e6, e11, e16, e21), G1 = parity(E1, E6, E11, E16, E21)
    const g2 = parity(e2, e7, e12, e17, e22), G2 = parity(E2, E7, E12, E17, E22)
    const g3 = parity(e3, e8, e13, e18, e23), G3 = parity(E3, E8, E13, E18, E23)
    const g4 = parity(e4, e9, e14, e19, e24), G4 = parity(E4, E9, E14, E19, E24)
    const h0 = v128.xor(g4, rotate(g1, 1)), H0 = v128.xor(G4, rotate(G1, 1))
    const h1 = v128.xor(g0, rotate(g2, 1)), H1 = v128.xor(G0, rotate(G2, 1))
    const h2 = v128.xor(g1, rotate(g3, 1)), H2 = v128.xor(G1, rotate(G3, 1))
    const h3 = v128.xor(g2, rotate(g4, 1)), H3 = v128.xor(G2, rotate(G4, 1))
    const h4 = v128.xor(g3, rotate(g0, 1)), H4 = v128.xor(G3, rotate(G0, 1))
    const f0 = v128.xor(e0, h0), F0 = v128.xor(E0, H0)
    const f1 = rotate(v128.xor(e6, h1), 44), F1 = rotate(v128.xor(E6, H1), 44)
    const f2 = rotate(v128.xor(e12, h2), 43), F2 = rotate(v128.xor(E12, H2), 43)
    const f3 = rotate(v128.xor(e18, h3), 21), F3 = rotate(v128.xor(E18, H3), 21)
    const f4 = rotate(v128.xor(e24, h4), 14), F4 = rotate(v128.xor(E24, H4), 14)
    const f5 = rotate(v128.xor(e3, h3), 28), F5 = rotate(v128.xor(E3, H3), 28)
    const f6 = rotate(v128.xor(e9, h4), 20), F6 = rotate(v128.xor(E9, H4), 20)
    const f7 = rotate(v128.xor(e10, h0), 3), F7 = rotate(v128.xor(E10, H0), 3)
    const f8 = rotate(v128.xor(e16, h1), 45), F8 = rotate(v128.xor(E16, H1), 45)
    const f9 = rotate(v128.xor(e22, h2), 61), F9 = rotate(v128.xor(E22, H2), 61)
    const f10 = rotate(v128.xor(e1, h1), 1), F10 = rotate(v128.xor(E1, H1), 1)
    const f11 = rotate(v128.xor(e7, h2), 6), F11 = rotate(v128.xor(E7, H2), 6)
    const f12 = rotate(v128.xor(e13, h3), 25), F12 = rotate(v128.xor(E13, H3), 25)
    const f13 = rotate(v128.xor(e19, h4), 8), F13 = rotate(v128.xor(E19, H4), 8)
    const f14 = rotate(v128.xor(e20, h0), 18), F14 = rotate(v128.xor(E20, H0), 18)
    const f15 = rotate(v128.xor(e4, h4), 27), F15 = rotate(v128.xor(E4, H4), 27)
    const f16 = rotate(v128.xor(e5, h0), 36), F16 = rotate(v128.xor(E5, H0), 36)
    const f17 = rotate(v128.xor(e11, h1), 10), F17 = rotate(v128.xor(E11, H1), 10)
    const f18 = rotate(v128.xor(e17, h2), 15), F18 = rotate(v128.xor(E17, H2), 15)
    const f19 = rotate(v128.xor(e23, h3), 56), F19 = rotate(v128.xor(E23, H3), 56)
    const f20 = rotate(v128.xor(e2, h2), 62), F20 = rotate(v128.xor(E2, H2), 62)
    const f21 = rotate(v128.xor(e8, h3), 55), F21 = rotate(v128.xor(E8, H3), 55)
    const f22 = rotate(v128.xor(e14, h4), 39), F22 = rotate(v128.xor(E14, H4), 39)
    const f23 = rotate(v128.xor(e15, h0), 41), F23 = rotate(v128.xor(E15, H0), 41)
    const f24 = rotate(v128.xor(e21, h1), 2), F24 = rotate(v128.xor(E21, H1), 2)
    a0 = v128.xor(mix(f0, f1, f2), iota2); A0 = v128.xor(mix(F0, F1, F2), iota2)
    a1 = mix(f1, f2, f3); A1 = mix(F1, F2, F3)
    a2 = mix(f2, f3, f4); A2 = mix(F2, F3, F4)
    a3 = mix(f3, f4, f0); A3 = mix(F3, F4, F0)
    a4 = mix(f4, f0, f1); A4 = mix(F4, F0, F1)
    a5 = mix(f5, f6, f7); A5 = mix(F5, F6, F7)
    a6 = mix(f6, f7, f8); A6 = mix(F6, F7, F8)
    a7 = mix(f7, f8, f9); A7 = mix(F7, F8, F9)
    a8 = mix(f8, f9, f5); A8 = mix(F8, F9, F5)
    a9 = mix(f9, f5, f6); A9 = mix(F9, F5, F6)
    a10 = mix(f10, f11, f12); A10 = mix(F10, F11, F12)
    a11 = mix(f11, f12, f13); A11 = mix(F11, F12, F13)
    a12 = mix(f12, f13, f14); A12 = mix(F12, F13, F14)
    a13 = mix(f13, f14, f10); A13 = mix(F13, F14, F10)
    a14 = mix(f14, f10, f11); A14 = mix(F14, F10, F11)
    a15 = mix(f15, f16, f17); A15 = mix(F15, F16, F17)
    a16 = mix(f16, f17, f18); A16 = mix(F16, F17, F18)
    a17 = mix(f17, f18, f19); A17 = mix(F17, F18, F19)
    a18 = mix(f18, f19, f15); A18 = mix(F18, F19, F15)
    a19 = mix(f19, f15, f16); A19 = mix(F19, F15, F16)
    a20 = mix(f20, f21, f22); A20 = mix(F20, F21, F22)
    a21 = mix(f21, f22, f23); A21 = mix(F21, F22, F23)
    a22 = mix(f22, f23, f24); A22 = mix(F22, F23, F24)
    a23 = mix(f23, f24, f20); A23 = mix(F23, F24, F20)
    a24 = mix(f24, f20, f21); A24 = mix(F24, F20, F21)
  }
  v128.store(states, a0, 0); v128.store(states, A0, 16)
  v128.store(states, a1, 32); v128.store(states, A1, 48)
  v128.store(states, a2, 64); v128.store(states, A2, 80)
  v128.store(states, a3, 96); v128.store(states, A3, 112)
  v128.store(states, a4, 128); v128.store(states, A4, 144)
  v128.store(states, a5, 160); v128.store(states, A5, 176)
  v128.store(states, a6, 192); v128.store(states, A6, 208)
  v128.store(states, a7, 224); v128.store(states, A7, 240)
  v128.store(states, a8, 256); v128.store(states, A8, 272)
  v128.store(states, a9, 288); v128.store(states, A9, 304)
  v128.store(states, a10, 320); v128.store(states, A10, 336)
  v128.store(states, a11, 352); v128.store(states, A11, 368)
  v128.store(states, a12, 384); v128.store(states, A12, 400)
  v128.store(states, a13, 416); v128.store(states, A13, 432)
  v128.store(states, a14, 448); v128.store(states, A14, 464)
  v128.store(states, a15, 480); v128.store(states, A15, 496)
  v128.store(states, a16, 512); v128.store(states, A16, 528)
  v128.store(states, a17, 544); v128.store(states, A17, 560)
  v128.store(states, a18, 576); v128.store(states, A18, 592)
  v128.store(states, a19, 608); v128.store(states, A19, 624)
  v128.store(states, a20, 640); v128.store(states, A20, 656)
  v128.store(states, a21, 672); v128.store(states, A21, 688)
  v128.store(states, a22, 704); v128.store(states, A22, 720)
  v128.store(states, a23, 736); v128.store(states, A23, 752)
  v128.store(states, a24, 768); v128.store(states, A24, 784)
}
