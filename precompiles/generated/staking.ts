/** Written by `npm run abi` from staking/IStaking.sol and StakingStorage.sol; do not edit. */

export const stakingAbi = [
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
        internalType: "uint256",
        name: "expected",
        type: "uint256",
      },
      {
        internalType: "uint256",
        name: "got",
        type: "uint256",
      },
    ],
    name: "BadLength",
    type: "error",
  },
  {
    inputs: [],
    name: "BadProof",
    type: "error",
  },
  {
    inputs: [
      {
        internalType: "uint16",
        name: "maxBps",
        type: "uint16",
      },
      {
        internalType: "uint16",
        name: "gotBps",
        type: "uint16",
      },
    ],
    name: "CommissionTooHigh",
    type: "error",
  },
  {
    inputs: [
      {
        internalType: "bytes32",
        name: "key",
        type: "bytes32",
      },
    ],
    name: "KeyInUse",
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
        internalType: "address",
        name: "operator",
        type: "address",
      },
    ],
    name: "NothingToClaim",
    type: "error",
  },
  {
    inputs: [
      {
        internalType: "uint256",
        name: "minWei",
        type: "uint256",
      },
      {
        internalType: "uint256",
        name: "gotWei",
        type: "uint256",
      },
    ],
    name: "StakeTooSmall",
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
        internalType: "uint64",
        name: "number",
        type: "uint64",
      },
    ],
    name: "UnknownEpoch",
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
        name: "operator",
        type: "address",
      },
    ],
    name: "UnknownValidator",
    type: "error",
  },
  {
    inputs: [
      {
        internalType: "address",
        name: "operator",
        type: "address",
      },
    ],
    name: "ValidatorExists",
    type: "error",
  },
  {
    inputs: [
      {
        internalType: "uint64",
        name: "expected",
        type: "uint64",
      },
      {
        internalType: "uint64",
        name: "got",
        type: "uint64",
      },
    ],
    name: "WrongEpoch",
    type: "error",
  },
  {
    inputs: [],
    name: "ZeroFeeRecipient",
    type: "error",
  },
  {
    anonymous: false,
    inputs: [
      {
        indexed: false,
        internalType: "uint256",
        name: "amountWei",
        type: "uint256",
      },
    ],
    name: "RewardsAdded",
    type: "event",
  },
  {
    anonymous: false,
    inputs: [
      {
        indexed: true,
        internalType: "address",
        name: "operator",
        type: "address",
      },
      {
        indexed: false,
        internalType: "uint256",
        name: "amountWei",
        type: "uint256",
      },
    ],
    name: "RewardsClaimed",
    type: "event",
  },
  {
    anonymous: false,
    inputs: [
      {
        indexed: true,
        internalType: "address",
        name: "operator",
        type: "address",
      },
      {
        indexed: false,
        internalType: "bytes",
        name: "blsKey",
        type: "bytes",
      },
      {
        indexed: false,
        internalType: "bytes32",
        name: "p2pKey",
        type: "bytes32",
      },
      {
        indexed: false,
        internalType: "address",
        name: "feeRecipient",
        type: "address",
      },
      {
        indexed: false,
        internalType: "uint16",
        name: "commissionBps",
        type: "uint16",
      },
      {
        indexed: false,
        internalType: "uint256",
        name: "stakeWei",
        type: "uint256",
      },
    ],
    name: "ValidatorCreated",
    type: "event",
  },
  {
    inputs: [],
    name: "addRewards",
    outputs: [],
    stateMutability: "payable",
    type: "function",
  },
  {
    inputs: [
      {
        internalType: "uint64",
        name: "number",
        type: "uint64",
      },
      {
        internalType: "bytes32",
        name: "epochHash",
        type: "bytes32",
      },
      {
        internalType: "bytes32",
        name: "setHash",
        type: "bytes32",
      },
    ],
    name: "beginEpoch",
    outputs: [],
    stateMutability: "nonpayable",
    type: "function",
  },
  {
    inputs: [],
    name: "claimRewards",
    outputs: [
      {
        internalType: "uint256",
        name: "amountWei",
        type: "uint256",
      },
    ],
    stateMutability: "nonpayable",
    type: "function",
  },
  {
    inputs: [
      {
        internalType: "bytes",
        name: "blsKey",
        type: "bytes",
      },
      {
        internalType: "bytes",
        name: "proof",
        type: "bytes",
      },
      {
        internalType: "bytes32",
        name: "p2pKey",
        type: "bytes32",
      },
      {
        internalType: "address",
        name: "feeRecipient",
        type: "address",
      },
      {
        internalType: "uint16",
        name: "commissionBps",
        type: "uint16",
      },
    ],
    name: "createValidator",
    outputs: [],
    stateMutability: "payable",
    type: "function",
  },
  {
    inputs: [],
    name: "epochCount",
    outputs: [
      {
        internalType: "uint64",
        name: "",
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
        name: "number",
        type: "uint64",
      },
    ],
    name: "epochHashOf",
    outputs: [
      {
        internalType: "bytes32",
        name: "",
        type: "bytes32",
      },
    ],
    stateMutability: "view",
    type: "function",
  },
  {
    inputs: [],
    name: "liabilities",
    outputs: [
      {
        internalType: "uint256",
        name: "amountWei",
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
        name: "operator",
        type: "address",
      },
    ],
    name: "rewardsOf",
    outputs: [
      {
        internalType: "uint256",
        name: "amountWei",
        type: "uint256",
      },
    ],
    stateMutability: "view",
    type: "function",
  },
  {
    inputs: [
      {
        internalType: "uint64",
        name: "number",
        type: "uint64",
      },
    ],
    name: "setHashOf",
    outputs: [
      {
        internalType: "bytes32",
        name: "",
        type: "bytes32",
      },
    ],
    stateMutability: "view",
    type: "function",
  },
  {
    inputs: [],
    name: "totalStake",
    outputs: [
      {
        internalType: "uint256",
        name: "stakeWei",
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
        name: "operator",
        type: "address",
      },
    ],
    name: "validator",
    outputs: [
      {
        components: [
          {
            internalType: "address",
            name: "operator",
            type: "address",
          },
          {
            internalType: "bytes",
            name: "blsKey",
            type: "bytes",
          },
          {
            internalType: "bytes32",
            name: "p2pKey",
            type: "bytes32",
          },
          {
            internalType: "address",
            name: "feeRecipient",
            type: "address",
          },
          {
            internalType: "uint16",
            name: "commissionBps",
            type: "uint16",
          },
          {
            internalType: "uint256",
            name: "stakeWei",
            type: "uint256",
          },
        ],
        internalType: "struct IStaking.Validator",
        name: "",
        type: "tuple",
      },
    ],
    stateMutability: "view",
    type: "function",
  },
  {
    inputs: [],
    name: "validatorCount",
    outputs: [
      {
        internalType: "uint64",
        name: "",
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
        name: "start",
        type: "uint64",
      },
      {
        internalType: "uint64",
        name: "count",
        type: "uint64",
      },
    ],
    name: "validators",
    outputs: [
      {
        components: [
          {
            internalType: "address",
            name: "operator",
            type: "address",
          },
          {
            internalType: "bytes",
            name: "blsKey",
            type: "bytes",
          },
          {
            internalType: "bytes32",
            name: "p2pKey",
            type: "bytes32",
          },
          {
            internalType: "address",
            name: "feeRecipient",
            type: "address",
          },
          {
            internalType: "uint16",
            name: "commissionBps",
            type: "uint16",
          },
          {
            internalType: "uint256",
            name: "stakeWei",
            type: "uint256",
          },
        ],
        internalType: "struct IStaking.Validator[]",
        name: "",
        type: "tuple[]",
      },
    ],
    stateMutability: "view",
    type: "function",
  },
] as const

export const stakingStorage = {
  totalStakeWei: {
    slot: 0n,
    offset: 0,
    type: {
      kind: "uint",
      bytes: 32,
    },
  },
  rewardPerStake: {
    slot: 1n,
    offset: 0,
    type: {
      kind: "uint",
      bytes: 32,
    },
  },
  rewardCarry: {
    slot: 2n,
    offset: 0,
    type: {
      kind: "uint",
      bytes: 32,
    },
  },
  rewardsPaidInWei: {
    slot: 3n,
    offset: 0,
    type: {
      kind: "uint",
      bytes: 32,
    },
  },
  rewardsClaimedWei: {
    slot: 4n,
    offset: 0,
    type: {
      kind: "uint",
      bytes: 32,
    },
  },
  epochCount: {
    slot: 5n,
    offset: 0,
    type: {
      kind: "uint",
      bytes: 8,
    },
  },
  operators: {
    slot: 6n,
    offset: 0,
    type: {
      kind: "dynamicArray",
      element: {
        kind: "address",
        bytes: 20,
      },
    },
  },
  validators: {
    slot: 7n,
    offset: 0,
    type: {
      kind: "mapping",
      key: {
        kind: "address",
        bytes: 20,
      },
      value: {
        kind: "struct",
        slots: 6,
        fields: {
          feeRecipient: {
            slot: 0n,
            offset: 0,
            type: {
              kind: "address",
              bytes: 20,
            },
          },
          commissionBps: {
            slot: 0n,
            offset: 20,
            type: {
              kind: "uint",
              bytes: 2,
            },
          },
          p2pKey: {
            slot: 1n,
            offset: 0,
            type: {
              kind: "fixedBytes",
              bytes: 32,
            },
          },
          stakeWei: {
            slot: 2n,
            offset: 0,
            type: {
              kind: "uint",
              bytes: 32,
            },
          },
          settledPerStake: {
            slot: 3n,
            offset: 0,
            type: {
              kind: "uint",
              bytes: 32,
            },
          },
          claimedWei: {
            slot: 4n,
            offset: 0,
            type: {
              kind: "uint",
              bytes: 32,
            },
          },
          blsKey: {
            slot: 5n,
            offset: 0,
            type: {
              kind: "bytes",
            },
          },
        },
      },
    },
  },
  keyHolders: {
    slot: 8n,
    offset: 0,
    type: {
      kind: "mapping",
      key: {
        kind: "fixedBytes",
        bytes: 32,
      },
      value: {
        kind: "address",
        bytes: 20,
      },
    },
  },
  epochs: {
    slot: 9n,
    offset: 0,
    type: {
      kind: "mapping",
      key: {
        kind: "uint",
        bytes: 8,
      },
      value: {
        kind: "struct",
        slots: 2,
        fields: {
          epochHash: {
            slot: 0n,
            offset: 0,
            type: {
              kind: "fixedBytes",
              bytes: 32,
            },
          },
          setHash: {
            slot: 1n,
            offset: 0,
            type: {
              kind: "fixedBytes",
              bytes: 32,
            },
          },
        },
      },
    },
  },
} as const
