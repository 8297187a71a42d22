/**
 * Noise, and within it the handshake, both ways, before anything else: a connection to another chain never comes to be.
 * As a protocol of its own it would race with all others, since libp2p lets a peer open any stream at once.
 */
import type { ConnectionEncrypter, MessageStream, SecureConnectionOptions, SecuredConnection } from '@libp2p/interface'
import { type NoiseComponents, noise } from '@libp2p/noise'
import { utf8 } from '../../primitives/bytes.ts'
import { asciiText } from '../asciiText.ts'
import { wholeWrites } from '../packets/wholeWrites.ts'
import { withLength } from '../streams/lengthReader.ts'
import { readMessage } from '../streams/readMessage.ts'
import type { PeerId } from '../surface.ts'
import { type ChainIdentity, differenceOf, HELLO_BYTES_MAX, helloCodec, ownHello } from './hello.ts'

/** The peer follows another chain, or does not greet. */
export class HandshakeError extends Error {
  readonly code = 'HANDSHAKE'
}

export interface Greeting {
  readonly chain: ChainIdentity
  /** Our epoch now. */
  readonly epoch: () => number
  /** Whether there is a place for a peer that came to us; else why not, in words. */
  readonly placeFor: (peer: PeerId, isInbound: boolean) => string | undefined
  /** Of our chain, by its own words; `client` too. */
  readonly onGreeted: (peer: PeerId, client: string) => void
  readonly onRefused: (peer: PeerId, reason: string) => void
  /** The peer's reason. */
  readonly onRefusing: (peer: PeerId, reason: string) => void
}

/** A peer that does not greet within this gives up its place: three round trips of a slow link. */
const GREETING_MS_MAX = 3_000
const VERDICT_BYTES_MAX = 256

export function greetedNoise(
  greeting: Greeting,
  protocol: string,
): (components: NoiseComponents) => ConnectionEncrypter {
  return (components) => {
    const inner = noise()(components)
    type Secure = (connection: MessageStream, options?: SecureConnectionOptions) => Promise<SecuredConnection>
    const greeted =
      (secure: Secure, isInbound: boolean): Secure =>
      async (connection, options) => {
        const secured = await secure(wholeWrites(connection), options)
        await greet(greeting, secured, isInbound, options?.signal)
        return secured
      }
    return {
      protocol,
      secureInbound: greeted((connection, options) => inner.secureInbound(connection, options), true),
      secureOutbound: greeted((connection, options) => inner.secureOutbound(connection, options), false),
    }
  }
}

/** Each side sends its greeting, then its verdict on the other's: no text, or the reason. So both sides know the reason. */
async function greet(
  greeting: Greeting,
  { connection, remotePeer }: SecuredConnection,
  isInbound: boolean,
  cancelled?: AbortSignal,
): Promise<void> {
  const { chain, epoch, placeFor, onGreeted, onRefused, onRefusing } = greeting
  const peer = remotePeer.toString()
  const deadline = AbortSignal.timeout(GREETING_MS_MAX)
  const signal = cancelled === undefined ? deadline : AbortSignal.any([cancelled, deadline])
  connection.send(withLength(helloCodec.encode(ownHello(chain, epoch()))))
  const hello = helloCodec.decode(await readMessage(connection, HELLO_BYTES_MAX, signal))
  const wrong = 'kind' in hello ? `its greeting is none: expected ${hello.expected}` : differenceOf(chain, hello)
  const verdict = wrong ?? placeFor(peer, isInbound)
  connection.send(withLength(utf8(verdict ?? '').subarray(0, VERDICT_BYTES_MAX)))
  if (wrong !== undefined) onRefused(peer, wrong)
  if (verdict !== undefined) throw new HandshakeError(verdict)
  const answer = asciiText(await readMessage(connection, VERDICT_BYTES_MAX, signal))
  if (answer !== '') {
    onRefusing(peer, answer)
    throw new HandshakeError(`it refuses us: ${answer}`)
  }
  if (!('kind' in hello)) onGreeted(peer, asciiText(hello.client))
}
