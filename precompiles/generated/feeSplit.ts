/** Written by `npm run abi` from feeSplit/IFeeSplit.sol and FeeSplitStorage.sol; do not edit. */

export const feeSplitAbi = [
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
        name: "to",
        type: "address",
      },
    ],
    name: "BadRecipient",
    type: "error",
  },
  {
    inputs: [
      {
        internalType: "bytes32",
        name: "versionId",
        type: "bytes32",
      },
    ],
    name: "EmptyPool",
    type: "error",
  },
  {
    inputs: [
      {
        internalType: "uint64",
        name: "id",
        type: "uint64",
      },
      {
        internalType: "address",
        name: "caller",
        type: "address",
      },
    ],
    name: "NotClaimer",
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
        name: "id",
        type: "uint64",
      },
    ],
    name: "NothingToClaim",
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
        internalType: "uint256",
        name: "treasuryWei",
        type: "uint256",
      },
      {
        internalType: "uint256",
        name: "wantedWei",
        type: "uint256",
      },
    ],
    name: "TreasuryShort",
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
        internalType: "uint256",
        name: "expectedWei",
        type: "uint256",
      },
      {
        internalType: "uint256",
        name: "gotWei",
        type: "uint256",
      },
    ],
    name: "WrongValue",
    type: "error",
  },
  {
    anonymous: false,
    inputs: [
      {
        indexed: true,
        internalType: "uint64",
        name: "id",
        type: "uint64",
      },
      {
        indexed: true,
        internalType: "address",
        name: "to",
        type: "address",
      },
      {
        indexed: false,
        internalType: "uint256",
        name: "claimWei",
        type: "uint256",
      },
    ],
    name: "Claimed",
    type: "event",
  },
  {
    anonymous: false,
    inputs: [
      {
        indexed: true,
        internalType: "uint64",
        name: "id",
        type: "uint64",
      },
      {
        indexed: false,
        internalType: "address",
        name: "claimer",
        type: "address",
      },
    ],
    name: "ClaimerSet",
    type: "event",
  },
  {
    anonymous: false,
    inputs: [
      {
        indexed: true,
        internalType: "uint64",
        name: "id",
        type: "uint64",
      },
      {
        indexed: true,
        internalType: "uint256",
        name: "jobId",
        type: "uint256",
      },
      {
        indexed: false,
        internalType: "enum IFeeSplit.Role",
        name: "role",
        type: "uint8",
      },
      {
        indexed: false,
        internalType: "uint256",
        name: "creditWei",
        type: "uint256",
      },
    ],
    name: "Credited",
    type: "event",
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
        indexed: false,
        internalType: "struct IFeeSplit.Split",
        name: "split",
        type: "tuple",
      },
    ],
    name: "FeeSplit",
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
        indexed: true,
        internalType: "uint64",
        name: "ownerId",
        type: "uint64",
      },
      {
        indexed: false,
        internalType: "uint256",
        name: "poolWei",
        type: "uint256",
      },
      {
        indexed: false,
        internalType: "uint256",
        name: "ownerWei",
        type: "uint256",
      },
    ],
    name: "RoyaltiesPulled",
    type: "event",
  },
  {
    anonymous: false,
    inputs: [
      {
        indexed: true,
        internalType: "bytes32",
        name: "parentId",
        type: "bytes32",
      },
      {
        indexed: true,
        internalType: "bytes32",
        name: "versionId",
        type: "bytes32",
      },
      {
        indexed: false,
        internalType: "uint256",
        name: "creditWei",
        type: "uint256",
      },
    ],
    name: "RoyaltyCredited",
    type: "event",
  },
  {
    anonymous: false,
    inputs: [
      {
        indexed: true,
        internalType: "address",
        name: "from",
        type: "address",
      },
      {
        indexed: false,
        internalType: "uint256",
        name: "fundWei",
        type: "uint256",
      },
    ],
    name: "TreasuryFunded",
    type: "event",
  },
  {
    anonymous: false,
    inputs: [
      {
        indexed: true,
        internalType: "address",
        name: "to",
        type: "address",
      },
      {
        indexed: false,
        internalType: "uint256",
        name: "payWei",
        type: "uint256",
      },
    ],
    name: "TreasuryPaid",
    type: "event",
  },
  {
    inputs: [
      {
        internalType: "uint64",
        name: "id",
        type: "uint64",
      },
    ],
    name: "balanceOf",
    outputs: [
      {
        internalType: "uint256",
        name: "",
        type: "uint256",
      },
    ],
    stateMutability: "view",
    type: "function",
  },
  {
    inputs: [],
    name: "bookBaseFees",
    outputs: [],
    stateMutability: "payable",
    type: "function",
  },
  {
    inputs: [
      {
        components: [
          {
            internalType: "uint256",
            name: "jobId",
            type: "uint256",
          },
          {
            internalType: "bytes32",
            name: "versionId",
            type: "bytes32",
          },
          {
            internalType: "uint64",
            name: "providerId",
            type: "uint64",
          },
          {
            internalType: "uint32",
            name: "inputTokens",
            type: "uint32",
          },
          {
            internalType: "uint32",
            name: "outputTokens",
            type: "uint32",
          },
          {
            components: [
              {
                internalType: "uint96",
                name: "inputWei",
                type: "uint96",
              },
              {
                internalType: "uint96",
                name: "outputWei",
                type: "uint96",
              },
              {
                internalType: "uint16",
                name: "providerBps",
                type: "uint16",
              },
              {
                internalType: "uint16",
                name: "modelBps",
                type: "uint16",
              },
              {
                internalType: "uint16",
                name: "stakersBps",
                type: "uint16",
              },
              {
                internalType: "uint16",
                name: "contributorsBps",
                type: "uint16",
              },
            ],
            internalType: "struct IModel.Rates",
            name: "rates",
            type: "tuple",
          },
          {
            internalType: "uint256",
            name: "platformFlatWei",
            type: "uint256",
          },
          {
            internalType: "uint16",
            name: "platformBps",
            type: "uint16",
          },
          {
            internalType: "uint256",
            name: "callbackWei",
            type: "uint256",
          },
          {
            components: [
              {
                internalType: "uint64",
                name: "contributorId",
                type: "uint64",
              },
              {
                internalType: "uint64",
                name: "weight",
                type: "uint64",
              },
            ],
            internalType: "struct IInference.Payee[]",
            name: "payees",
            type: "tuple[]",
          },
        ],
        internalType: "struct IFeeSplit.JobFee",
        name: "job",
        type: "tuple",
      },
    ],
    name: "bookJob",
    outputs: [
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
    stateMutability: "payable",
    type: "function",
  },
  {
    inputs: [
      {
        internalType: "address",
        name: "to",
        type: "address",
      },
    ],
    name: "claim",
    outputs: [
      {
        internalType: "uint256",
        name: "claimWei",
        type: "uint256",
      },
    ],
    stateMutability: "nonpayable",
    type: "function",
  },
  {
    inputs: [
      {
        internalType: "uint64[]",
        name: "ids",
        type: "uint64[]",
      },
      {
        internalType: "address",
        name: "to",
        type: "address",
      },
    ],
    name: "claimMany",
    outputs: [
      {
        internalType: "uint256",
        name: "claimWei",
        type: "uint256",
      },
    ],
    stateMutability: "nonpayable",
    type: "function",
  },
  {
    inputs: [
      {
        internalType: "uint64",
        name: "id",
        type: "uint64",
      },
    ],
    name: "claimerOf",
    outputs: [
      {
        internalType: "address",
        name: "",
        type: "address",
      },
    ],
    stateMutability: "view",
    type: "function",
  },
  {
    inputs: [],
    name: "depositTreasury",
    outputs: [],
    stateMutability: "payable",
    type: "function",
  },
  {
    inputs: [],
    name: "liabilities",
    outputs: [
      {
        internalType: "uint256",
        name: "",
        type: "uint256",
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
    ],
    name: "poolOf",
    outputs: [
      {
        internalType: "uint256",
        name: "",
        type: "uint256",
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
    ],
    name: "pullRoyalties",
    outputs: [
      {
        internalType: "uint256",
        name: "poolWei",
        type: "uint256",
      },
    ],
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
        internalType: "uint32",
        name: "inputTokens",
        type: "uint32",
      },
      {
        internalType: "uint32",
        name: "outputTokens",
        type: "uint32",
      },
    ],
    name: "quote",
    outputs: [
      {
        internalType: "uint256",
        name: "feeWei",
        type: "uint256",
      },
    ],
    stateMutability: "view",
    type: "function",
  },
  {
    inputs: [
      {
        internalType: "address",
        name: "claimer",
        type: "address",
      },
    ],
    name: "setClaimer",
    outputs: [],
    stateMutability: "nonpayable",
    type: "function",
  },
  {
    inputs: [],
    name: "treasury",
    outputs: [
      {
        internalType: "uint256",
        name: "",
        type: "uint256",
      },
    ],
    stateMutability: "view",
    type: "function",
  },
  {
    inputs: [
      {
        internalType: "address",
        name: "to",
        type: "address",
      },
      {
        internalType: "uint256",
        name: "payWei",
        type: "uint256",
      },
    ],
    name: "treasuryPay",
    outputs: [],
    stateMutability: "nonpayable",
    type: "function",
  },
] as const

export const feeSplitStorage = {
  liabilities: {
    slot: 0n,
    offset: 0,
    type: {
      kind: "uint",
      bytes: 32,
    },
  },
  treasuryWei: {
    slot: 1n,
    offset: 0,
    type: {
      kind: "uint",
      bytes: 32,
    },
  },
  balances: {
    slot: 2n,
    offset: 0,
    type: {
      kind: "mapping",
      key: {
        kind: "uint",
        bytes: 8,
      },
      value: {
        kind: "uint",
        bytes: 32,
      },
    },
  },
  claimers: {
    slot: 3n,
    offset: 0,
    type: {
      kind: "mapping",
      key: {
        kind: "uint",
        bytes: 8,
      },
      value: {
        kind: "address",
        bytes: 20,
      },
    },
  },
  pools: {
    slot: 4n,
    offset: 0,
    type: {
      kind: "mapping",
      key: {
        kind: "fixedBytes",
        bytes: 32,
      },
      value: {
        kind: "uint",
        bytes: 32,
      },
    },
  },
} as const
