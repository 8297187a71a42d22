/** The same connection, each packet of which is one write: Noise hands over length and packet apart, for two system calls. */
import type { MessageStream } from '@libp2p/interface'

export function wholeWrites(connection: MessageStream): MessageStream {
  const send = connection.send.bind(connection)
  connection.send = (data) => send(data.subarray())
  return connection
}
