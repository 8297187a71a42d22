/** Every bound of the transport, with its reason (rpc.md, "Transport"). */

/** Items of one batch. */
export const BATCH_ITEMS_MAX = 1_000
/** HTTP request body, bytes: two transactions of the largest size with room, or a batch of a thousand small calls. */
export const BODY_BYTES_MAX = 5 * 1024 * 1024
/** Response, single or batch, characters of JSON. */
export const RESPONSE_BYTES_MAX = 25 * 1024 * 1024
/** WebSocket frame from a client, bytes. */
export const FRAME_BYTES_MAX = 32 * 1024 * 1024
/** From the last byte of the request to the first of the response; EVM runs have their own, shorter one. */
export const REQUEST_DEADLINE_MS = 30_000
/** Requests (batch items too) of one remote address at work at once: two of the largest batches. */
export const IN_FLIGHT_MAX = 2_000
/** Items of one batch that run side by side: enough to keep the EVM workers busy. */
export const BATCH_LANES = 16
/** Bytes that wait in the socket of a WebSocket client that does not read: one largest response and then some. */
export const UNREAD_BYTES_MAX = 32 * 1024 * 1024
/** WebSocket clients at once: 10,000 idle ones cost about 100 MB. */
export const SOCKETS_MAX = 10_000
/** Between two pings to a WebSocket client; one that misses a pong is gone. */
export const PING_INTERVAL_MS = 30_000

/**
 * How long an idle HTTP connection stays open. Node's five seconds end just after the four at which viem polls, so that a
 * request on a busy machine meets the end of its connection, and fails.
 */
export const KEEP_ALIVE_MS = 30_000
