/** A peer's words on their way to a log: printable ASCII, one line. */

export function asciiText(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString('latin1')
    .replace(/[^\x20-\x7e]/g, '?')
}
