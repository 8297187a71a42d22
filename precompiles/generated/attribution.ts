/** Written by `npm run abi` from attribution/IAttribution.sol and AttributionStorage.sol; do not edit. */

export const attributionAbi = [
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
        internalType: "string",
        name: "code",
        type: "string",
      },
      {
        internalType: "string",
        name: "expected",
        type: "string",
      },
      {
        internalType: "string",
        name: "got",
        type: "string",
      },
    ],
    name: "BadProof",
    type: "error",
  },
  {
    inputs: [
      {
        internalType: "string",
        name: "code",
        type: "string",
      },
      {
        internalType: "string",
        name: "expected",
        type: "string",
      },
      {
        internalType: "string",
        name: "got",
        type: "string",
      },
    ],
    name: "BadResult",
    type: "error",
  },
  {
    inputs: [
      {
        internalType: "uint64",
        name: "datanetId",
        type: "uint64",
      },
      {
        internalType: "uint64",
        name: "rowId",
        type: "uint64",
      },
    ],
    name: "ForeignRow",
    type: "error",
  },
  {
    inputs: [
      {
        internalType: "uint256",
        name: "jobId",
        type: "uint256",
      },
      {
        internalType: "uint8",
        name: "state",
        type: "uint8",
      },
    ],
    name: "JobNotOpen",
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
    inputs: [],
    name: "NotPayable",
    type: "error",
  },
  {
    inputs: [
      {
        internalType: "uint256",
        name: "jobId",
        type: "uint256",
      },
    ],
    name: "NotSettled",
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
        internalType: "string",
        name: "field",
        type: "string",
      },
      {
        internalType: "bytes32",
        name: "expected",
        type: "bytes32",
      },
      {
        internalType: "bytes32",
        name: "got",
        type: "bytes32",
      },
    ],
    name: "ResultMismatch",
    type: "error",
  },
  {
    inputs: [
      {
        internalType: "bytes32",
        name: "expected",
        type: "bytes32",
      },
      {
        internalType: "bytes32",
        name: "got",
        type: "bytes32",
      },
    ],
    name: "RootMismatch",
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
        internalType: "bytes4",
        name: "selector",
        type: "bytes4",
      },
    ],
    name: "UnknownSelector",
    type: "error",
  },
  {
    anonymous: false,
    inputs: [
      {
        indexed: true,
        internalType: "uint256",
        name: "jobId",
        type: "uint256",
      },
      {
        indexed: true,
        internalType: "bytes32",
        name: "versionId",
        type: "bytes32",
      },
      {
        indexed: false,
        internalType: "bytes32",
        name: "root",
        type: "bytes32",
      },
      {
        indexed: false,
        internalType: "uint64",
        name: "epoch",
        type: "uint64",
      },
      {
        indexed: false,
        internalType: "bytes",
        name: "result",
        type: "bytes",
      },
      {
        indexed: false,
        internalType: "uint64[]",
        name: "contributors",
        type: "uint64[]",
      },
      {
        indexed: false,
        internalType: "uint256[]",
        name: "rewardsWei",
        type: "uint256[]",
      },
    ],
    name: "Settled",
    type: "event",
  },
  {
    anonymous: false,
    inputs: [
      {
        indexed: true,
        internalType: "bytes32",
        name: "versionId",
        type: "bytes32",
      },
      {
        indexed: false,
        internalType: "bytes32",
        name: "root",
        type: "bytes32",
      },
      {
        indexed: false,
        internalType: "uint64",
        name: "epoch",
        type: "uint64",
      },
    ],
    name: "VersionAttested",
    type: "event",
  },
  {
    inputs: [
      {
        internalType: "bytes",
        name: "result",
        type: "bytes",
      },
    ],
    name: "entriesOf",
    outputs: [
      {
        components: [
          {
            internalType: "uint32",
            name: "row",
            type: "uint32",
          },
          {
            internalType: "uint64",
            name: "datanetId",
            type: "uint64",
          },
          {
            internalType: "uint64",
            name: "rowId",
            type: "uint64",
          },
          {
            internalType: "int64",
            name: "score",
            type: "int64",
          },
          {
            internalType: "uint64",
            name: "weight",
            type: "uint64",
          },
        ],
        internalType: "struct IAttribution.Entry[]",
        name: "entries",
        type: "tuple[]",
      },
    ],
    stateMutability: "view",
    type: "function",
  },
  {
    inputs: [
      {
        internalType: "uint256",
        name: "jobId",
        type: "uint256",
      },
    ],
    name: "getAttribution",
    outputs: [
      {
        components: [
          {
            internalType: "bytes32",
            name: "root",
            type: "bytes32",
          },
          {
            internalType: "uint64",
            name: "epoch",
            type: "uint64",
          },
          {
            internalType: "uint64",
            name: "blockNumber",
            type: "uint64",
          },
          {
            components: [
              {
                internalType: "uint256",
                name: "feeWei",
                type: "uint256",
              },
              {
                internalType: "uint256",
                name: "platformWei",
                type: "uint256",
              },
              {
                internalType: "uint256",
                name: "ownerWei",
                type: "uint256",
              },
              {
                internalType: "uint256",
                name: "providerWei",
                type: "uint256",
              },
              {
                internalType: "uint256",
                name: "parentsWei",
                type: "uint256",
              },
              {
                internalType: "uint256",
                name: "stakersWei",
                type: "uint256",
              },
              {
                internalType: "uint256",
                name: "rewardsWei",
                type: "uint256",
              },
              {
                internalType: "uint256",
                name: "dustWei",
                type: "uint256",
              },
            ],
            internalType: "struct IFeeSplit.Split",
            name: "split",
            type: "tuple",
          },
        ],
        internalType: "struct IAttribution.Attribution",
        name: "",
        type: "tuple",
      },
    ],
    stateMutability: "view",
    type: "function",
  },
  {
    inputs: [
      {
        internalType: "uint256",
        name: "jobId",
        type: "uint256",
      },
      {
        internalType: "bytes",
        name: "result",
        type: "bytes",
      },
      {
        internalType: "bytes",
        name: "signers",
        type: "bytes",
      },
      {
        internalType: "bytes",
        name: "signature",
        type: "bytes",
      },
    ],
    name: "settle",
    outputs: [],
    stateMutability: "nonpayable",
    type: "function",
  },
  {
    inputs: [
      {
        internalType: "bytes32",
        name: "versionId",
        type: "bytes32",
      },
      {
        internalType: "bytes32",
        name: "root",
        type: "bytes32",
      },
      {
        internalType: "bytes",
        name: "signers",
        type: "bytes",
      },
      {
        internalType: "bytes",
        name: "signature",
        type: "bytes",
      },
    ],
    name: "settleVersion",
    outputs: [],
    stateMutability: "nonpayable",
    type: "function",
  },
  {
    inputs: [
      {
        internalType: "uint256",
        name: "jobId",
        type: "uint256",
      },
      {
        internalType: "bytes",
        name: "result",
        type: "bytes",
      },
      {
        internalType: "bytes",
        name: "proof",
        type: "bytes",
      },
    ],
    name: "verifyCitation",
    outputs: [
      {
        components: [
          {
            internalType: "uint32",
            name: "row",
            type: "uint32",
          },
          {
            internalType: "int64",
            name: "score",
            type: "int64",
          },
          {
            internalType: "bool",
            name: "isCited",
            type: "bool",
          },
        ],
        internalType: "struct IAttribution.Citation",
        name: "citation",
        type: "tuple",
      },
    ],
    stateMutability: "view",
    type: "function",
  },
  {
    inputs: [
      {
        internalType: "bytes32",
        name: "versionId",
        type: "bytes32",
      },
      {
        internalType: "bytes",
        name: "proof",
        type: "bytes",
      },
    ],
    name: "verifyDisorder",
    outputs: [
      {
        internalType: "uint64",
        name: "place",
        type: "uint64",
      },
    ],
    stateMutability: "view",
    type: "function",
  },
  {
    inputs: [
      {
        internalType: "uint256",
        name: "jobId",
        type: "uint256",
      },
      {
        internalType: "bytes",
        name: "result",
        type: "bytes",
      },
      {
        internalType: "bytes",
        name: "proof",
        type: "bytes",
      },
    ],
    name: "verifyRow",
    outputs: [
      {
        internalType: "int64",
        name: "score",
        type: "int64",
      },
    ],
    stateMutability: "view",
    type: "function",
  },
  {
    inputs: [
      {
        internalType: "uint256",
        name: "jobId",
        type: "uint256",
      },
      {
        internalType: "bytes",
        name: "result",
        type: "bytes",
      },
      {
        internalType: "bytes",
        name: "proof",
        type: "bytes",
      },
    ],
    name: "verifySpan",
    outputs: [
      {
        components: [
          {
            internalType: "uint32",
            name: "start",
            type: "uint32",
          },
          {
            internalType: "uint32",
            name: "length",
            type: "uint32",
          },
          {
            internalType: "uint32",
            name: "info",
            type: "uint32",
          },
          {
            internalType: "uint32",
            name: "owner",
            type: "uint32",
          },
          {
            internalType: "uint64",
            name: "position",
            type: "uint64",
          },
        ],
        internalType: "struct IAttribution.Span",
        name: "span",
        type: "tuple",
      },
    ],
    stateMutability: "view",
    type: "function",
  },
] as const

export const attributionStorage = {
  attributions: {
    slot: 0n,
    offset: 0,
    type: {
      kind: "mapping",
      key: {
        kind: "uint",
        bytes: 32,
      },
      value: {
        kind: "struct",
        slots: 6,
        fields: {
          root: {
            slot: 0n,
            offset: 0,
            type: {
              kind: "fixedBytes",
              bytes: 32,
            },
          },
          epoch: {
            slot: 1n,
            offset: 0,
            type: {
              kind: "uint",
              bytes: 8,
            },
          },
          blockNumber: {
            slot: 1n,
            offset: 8,
            type: {
              kind: "uint",
              bytes: 8,
            },
          },
          feeWei: {
            slot: 1n,
            offset: 16,
            type: {
              kind: "uint",
              bytes: 16,
            },
          },
          platformWei: {
            slot: 2n,
            offset: 0,
            type: {
              kind: "uint",
              bytes: 16,
            },
          },
          ownerWei: {
            slot: 2n,
            offset: 16,
            type: {
              kind: "uint",
              bytes: 16,
            },
          },
          providerWei: {
            slot: 3n,
            offset: 0,
            type: {
              kind: "uint",
              bytes: 16,
            },
          },
          parentsWei: {
            slot: 3n,
            offset: 16,
            type: {
              kind: "uint",
              bytes: 16,
            },
          },
          stakersWei: {
            slot: 4n,
            offset: 0,
            type: {
              kind: "uint",
              bytes: 16,
            },
          },
          rewardsWei: {
            slot: 4n,
            offset: 16,
            type: {
              kind: "uint",
              bytes: 16,
            },
          },
          dustWei: {
            slot: 5n,
            offset: 0,
            type: {
              kind: "uint",
              bytes: 16,
            },
          },
        },
      },
    },
  },
} as const
