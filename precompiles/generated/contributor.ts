/** Written by `npm run abi` from contributor/IContributor.sol and ContributorStorage.sol; do not edit. */

export const contributorAbi = [
  {
    inputs: [
      {
        internalType: "uint256",
        name: "offset",
        type: "uint256",
      },
    ],
    name: "BadInput",
    type: "error",
  },
  {
    inputs: [
      {
        internalType: "address",
        name: "wallet",
        type: "address",
      },
    ],
    name: "NoContributor",
    type: "error",
  },
  {
    inputs: [
      {
        internalType: "uint64",
        name: "contributorId",
        type: "uint64",
      },
    ],
    name: "NoRotation",
    type: "error",
  },
  {
    inputs: [
      {
        internalType: "address",
        name: "newWallet",
        type: "address",
      },
    ],
    name: "NotAccepted",
    type: "error",
  },
  {
    inputs: [],
    name: "NotDirect",
    type: "error",
  },
  {
    inputs: [
      {
        internalType: "address",
        name: "caller",
        type: "address",
      },
    ],
    name: "NotGovernor",
    type: "error",
  },
  {
    inputs: [
      {
        internalType: "address",
        name: "caller",
        type: "address",
      },
    ],
    name: "NotNative",
    type: "error",
  },
  {
    inputs: [
      {
        internalType: "address",
        name: "newWallet",
        type: "address",
      },
      {
        internalType: "address",
        name: "caller",
        type: "address",
      },
    ],
    name: "NotNewWallet",
    type: "error",
  },
  {
    inputs: [],
    name: "NotPayable",
    type: "error",
  },
  {
    inputs: [
      {
        internalType: "address",
        name: "caller",
        type: "address",
      },
    ],
    name: "NotSystem",
    type: "error",
  },
  {
    inputs: [
      {
        internalType: "uint64",
        name: "contributorId",
        type: "uint64",
      },
      {
        internalType: "address",
        name: "caller",
        type: "address",
      },
    ],
    name: "NotWallet",
    type: "error",
  },
  {
    inputs: [
      {
        internalType: "uint64",
        name: "contributorId",
        type: "uint64",
      },
    ],
    name: "RequestedByRecovery",
    type: "error",
  },
  {
    inputs: [
      {
        internalType: "uint64",
        name: "contributorId",
        type: "uint64",
      },
    ],
    name: "RotationPending",
    type: "error",
  },
  {
    inputs: [],
    name: "StaticWrite",
    type: "error",
  },
  {
    inputs: [
      {
        internalType: "uint64",
        name: "readyAt",
        type: "uint64",
      },
    ],
    name: "TooEarly",
    type: "error",
  },
  {
    inputs: [
      {
        internalType: "uint256",
        name: "max",
        type: "uint256",
      },
      {
        internalType: "uint256",
        name: "got",
        type: "uint256",
      },
    ],
    name: "TooMany",
    type: "error",
  },
  {
    inputs: [
      {
        internalType: "uint64",
        name: "contributorId",
        type: "uint64",
      },
    ],
    name: "UnknownContributor",
    type: "error",
  },
  {
    inputs: [
      {
        internalType: "bytes4",
        name: "selector",
        type: "bytes4",
      },
    ],
    name: "UnknownSelector",
    type: "error",
  },
  {
    inputs: [
      {
        internalType: "address",
        name: "wallet",
        type: "address",
      },
      {
        internalType: "uint64",
        name: "contributorId",
        type: "uint64",
      },
    ],
    name: "WalletTaken",
    type: "error",
  },
  {
    inputs: [],
    name: "ZeroWallet",
    type: "error",
  },
  {
    anonymous: false,
    inputs: [
      {
        indexed: true,
        internalType: "uint64",
        name: "contributorId",
        type: "uint64",
      },
      {
        indexed: true,
        internalType: "address",
        name: "wallet",
        type: "address",
      },
    ],
    name: "ContributorCreated",
    type: "event",
  },
  {
    anonymous: false,
    inputs: [
      {
        indexed: true,
        internalType: "uint64",
        name: "contributorId",
        type: "uint64",
      },
      {
        indexed: false,
        internalType: "address",
        name: "recovery",
        type: "address",
      },
      {
        indexed: false,
        internalType: "uint64",
        name: "activeAt",
        type: "uint64",
      },
    ],
    name: "RecoverySet",
    type: "event",
  },
  {
    anonymous: false,
    inputs: [
      {
        indexed: true,
        internalType: "uint64",
        name: "contributorId",
        type: "uint64",
      },
      {
        indexed: true,
        internalType: "address",
        name: "newWallet",
        type: "address",
      },
    ],
    name: "RotationAccepted",
    type: "event",
  },
  {
    anonymous: false,
    inputs: [
      {
        indexed: true,
        internalType: "uint64",
        name: "contributorId",
        type: "uint64",
      },
    ],
    name: "RotationCancelled",
    type: "event",
  },
  {
    anonymous: false,
    inputs: [
      {
        indexed: true,
        internalType: "uint64",
        name: "contributorId",
        type: "uint64",
      },
      {
        indexed: true,
        internalType: "address",
        name: "oldWallet",
        type: "address",
      },
      {
        indexed: true,
        internalType: "address",
        name: "newWallet",
        type: "address",
      },
    ],
    name: "RotationFinished",
    type: "event",
  },
  {
    anonymous: false,
    inputs: [
      {
        indexed: true,
        internalType: "uint64",
        name: "contributorId",
        type: "uint64",
      },
      {
        indexed: true,
        internalType: "address",
        name: "newWallet",
        type: "address",
      },
      {
        indexed: false,
        internalType: "bool",
        name: "isByRecovery",
        type: "bool",
      },
      {
        indexed: false,
        internalType: "uint64",
        name: "readyAt",
        type: "uint64",
      },
    ],
    name: "RotationRequested",
    type: "event",
  },
  {
    inputs: [
      {
        internalType: "uint64",
        name: "contributorId",
        type: "uint64",
      },
    ],
    name: "acceptRotation",
    outputs: [],
    stateMutability: "nonpayable",
    type: "function",
  },
  {
    inputs: [
      {
        internalType: "uint64",
        name: "contributorId",
        type: "uint64",
      },
    ],
    name: "cancelRotation",
    outputs: [],
    stateMutability: "nonpayable",
    type: "function",
  },
  {
    inputs: [],
    name: "contributorCount",
    outputs: [
      {
        internalType: "uint64",
        name: "count",
        type: "uint64",
      },
    ],
    stateMutability: "view",
    type: "function",
  },
  {
    inputs: [
      {
        internalType: "address",
        name: "wallet",
        type: "address",
      },
    ],
    name: "ensureId",
    outputs: [
      {
        internalType: "uint64",
        name: "contributorId",
        type: "uint64",
      },
    ],
    stateMutability: "nonpayable",
    type: "function",
  },
  {
    inputs: [
      {
        internalType: "uint64",
        name: "contributorId",
        type: "uint64",
      },
    ],
    name: "finishRotation",
    outputs: [],
    stateMutability: "nonpayable",
    type: "function",
  },
  {
    inputs: [
      {
        internalType: "address",
        name: "wallet",
        type: "address",
      },
    ],
    name: "idOf",
    outputs: [
      {
        internalType: "uint64",
        name: "contributorId",
        type: "uint64",
      },
    ],
    stateMutability: "view",
    type: "function",
  },
  {
    inputs: [
      {
        internalType: "uint64",
        name: "contributorId",
        type: "uint64",
      },
    ],
    name: "isFrozen",
    outputs: [
      {
        internalType: "bool",
        name: "",
        type: "bool",
      },
    ],
    stateMutability: "view",
    type: "function",
  },
  {
    inputs: [
      {
        internalType: "uint64",
        name: "contributorId",
        type: "uint64",
      },
    ],
    name: "recoveryOf",
    outputs: [
      {
        internalType: "address",
        name: "recovery",
        type: "address",
      },
    ],
    stateMutability: "view",
    type: "function",
  },
  {
    inputs: [],
    name: "register",
    outputs: [
      {
        internalType: "uint64",
        name: "contributorId",
        type: "uint64",
      },
    ],
    stateMutability: "nonpayable",
    type: "function",
  },
  {
    inputs: [
      {
        internalType: "uint64",
        name: "contributorId",
        type: "uint64",
      },
      {
        internalType: "address",
        name: "newWallet",
        type: "address",
      },
    ],
    name: "requestRotation",
    outputs: [],
    stateMutability: "nonpayable",
    type: "function",
  },
  {
    inputs: [
      {
        internalType: "uint64",
        name: "contributorId",
        type: "uint64",
      },
    ],
    name: "rotationOf",
    outputs: [
      {
        components: [
          {
            internalType: "address",
            name: "newWallet",
            type: "address",
          },
          {
            internalType: "bool",
            name: "isByRecovery",
            type: "bool",
          },
          {
            internalType: "bool",
            name: "isAccepted",
            type: "bool",
          },
          {
            internalType: "uint64",
            name: "readyAt",
            type: "uint64",
          },
        ],
        internalType: "struct IContributor.Rotation",
        name: "rotation",
        type: "tuple",
      },
    ],
    stateMutability: "view",
    type: "function",
  },
  {
    inputs: [
      {
        internalType: "address",
        name: "recovery",
        type: "address",
      },
    ],
    name: "setRecovery",
    outputs: [],
    stateMutability: "nonpayable",
    type: "function",
  },
  {
    inputs: [
      {
        internalType: "uint64",
        name: "contributorId",
        type: "uint64",
      },
    ],
    name: "walletOf",
    outputs: [
      {
        internalType: "address",
        name: "wallet",
        type: "address",
      },
    ],
    stateMutability: "view",
    type: "function",
  },
] as const

export const contributorStorage = {
  count: {
    slot: 0n,
    offset: 0,
    type: {
      kind: "uint",
      bytes: 8,
    },
  },
  ids: {
    slot: 1n,
    offset: 0,
    type: {
      kind: "mapping",
      key: {
        kind: "address",
        bytes: 20,
      },
      value: {
        kind: "uint",
        bytes: 8,
      },
    },
  },
  contributors: {
    slot: 2n,
    offset: 0,
    type: {
      kind: "mapping",
      key: {
        kind: "uint",
        bytes: 8,
      },
      value: {
        kind: "struct",
        slots: 4,
        fields: {
          wallet: {
            slot: 0n,
            offset: 0,
            type: {
              kind: "address",
              bytes: 20,
            },
          },
          recoveryActiveAt: {
            slot: 0n,
            offset: 20,
            type: {
              kind: "uint",
              bytes: 8,
            },
          },
          recovery: {
            slot: 1n,
            offset: 0,
            type: {
              kind: "address",
              bytes: 20,
            },
          },
          nextRecovery: {
            slot: 2n,
            offset: 0,
            type: {
              kind: "address",
              bytes: 20,
            },
          },
          newWallet: {
            slot: 3n,
            offset: 0,
            type: {
              kind: "address",
              bytes: 20,
            },
          },
          rotationReadyAt: {
            slot: 3n,
            offset: 20,
            type: {
              kind: "uint",
              bytes: 8,
            },
          },
          isByRecovery: {
            slot: 3n,
            offset: 28,
            type: {
              kind: "bool",
              bytes: 1,
            },
          },
          isAccepted: {
            slot: 3n,
            offset: 29,
            type: {
              kind: "bool",
              bytes: 1,
            },
          },
        },
      },
    },
  },
} as const
