/** Bounds of the network, each with its reason (consensus.md §9; SECURITY.md). */

/** Validators 100, and half as many followers; `NetworkOptions.peersMax` sets another. */
export const PEERS_MAX = 150
/** From one address outside loopback: a few nodes of one operator, no flood from one host. */
export const PEERS_OF_ADDRESS_MAX = 8
/** Connections that have not come through Noise and handshake; each costs a few KiB and ends after `UPGRADE_MS_MAX`. */
export const PENDING_CONNECTIONS_MAX = 64
/** New connections of one address in a second: 100 validators on one machine start together within two seconds. */
export const CONNECTIONS_PER_SECOND_MAX = 64
/** Noise, handshake and multiplexer: ten round trips of a slow link. */
export const UPGRADE_MS_MAX = 5_000
/** Multistream negotiation of one stream. */
export const NEGOTIATION_MS_MAX = 5_000
export const DIAL_MS_MAX = 8_000
/** Streams that a peer may hold open at us at once: simplex, gossip, identify, and its questions. */
export const STREAMS_OF_PEER_MAX = 64

/** Consensus.md §9: 128 KiB save bodies. */
export const FRAME_BYTES_MAX = 128 * 1024
/** Consensus.md §9, per peer. */
export const QUEUED_FRAMES_MAX = 256
export const QUEUED_BYTES_MAX = 1024 * 1024

/** A body of 600,000 bytes, a proposal without certificates, and room (consensus.md §9). */
export const BLOCK_GOSSIP_BYTES_MAX = 600_000 + 4_096
/** Frames that a peer may send: a bundle of 256 KiB (consensus.md R8) and what else a view brings, many times over. */
export const FRAME_BYTES_PER_SECOND = 2 * 1024 * 1024
export const FRAME_BYTES_BURST = 4 * 1024 * 1024
/** Of one stream's receive window: a question's answer of 2 MiB takes a few round trips. */
export const STREAM_WINDOW_BYTES_MAX = 1024 * 1024

/** Questions of one peer that are answered at once; more are refused, not queued. */
export const ANSWERS_OF_PEER_MAX = 16
/** Our questions to one peer at once, below what it answers; more wait. */
export const ASKED_OF_PEER_MAX = 8
export const ASKS_WAITING_MAX = 64
/** Questions of one peer: content comes as one object of 1 MiB each. */
export const QUESTIONS_PER_SECOND = 64
export const QUESTIONS_BURST = 256
/** Answers on their way to slow readers, all peers together. */
export const ANSWER_BYTES_MAX = 64 * 1024 * 1024
export const REFUSAL_BYTES_MAX = 256

/** A ban by the host: it has proof. */
export const BAN_MS = 60 * 60 * 1000
/** A ban for points. */
export const POINTS_BAN_MS = 10 * 60 * 1000
/** At which points a peer is banned. */
export const POINTS_MAX = 100
/** Points halve in this time. */
export const POINTS_HALF_LIFE_MS = 10 * 60 * 1000
/** Bans and points that are remembered; the oldest give way. */
export const STANDINGS_MAX = 10_000

/** Peers whose addresses are remembered, and addresses of each. */
export const KNOWN_PEERS_MAX = 1_000
export const ADDRESSES_OF_PEER_MAX = 4
/** Addresses of one answer about peers. */
export const TOLD_ADDRESSES_MAX = 64
export const ADDRESS_BYTES_MAX = 128
/** Peers that a node looks for; beyond it only validators and those named by the operator are dialled. */
export const PEERS_WANTED = 50
export const DIALS_MAX = 8
export const REDIAL_MS_MIN = 500
export const REDIAL_MS_MAX = 60_000
/** How often one peer is asked for others while there are fewer than wanted. */
export const EXCHANGE_EVERY_MS = 30_000
