/** Written by `npm run abi` from staking/IStaking.sol and StakingStorage.sol; do not edit. */

export const stakingAbi = [
  {
    inputs: [
      {
        internalType: "address",
        name: "operator",
        type: "address",
      },
    ],
    name: "AlreadyContender",
    type: "error",
  },
  {
    inputs: [],
    name: "AlreadyPunished",
    type: "error",
  },
  {
    inputs: [
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
    name: "BadEvidence",
    type: "error",
  },
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
        internalType: "uint8",
        name: "side",
        type: "uint8",
      },
    ],
    name: "BadSignature",
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
        internalType: "uint64",
        name: "notBefore",
        type: "uint64",
      },
    ],
    name: "CommissionRise",
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
        internalType: "uint64",
        name: "max",
        type: "uint64",
      },
    ],
    name: "ContendersFull",
    type: "error",
  },
  {
    inputs: [
      {
        internalType: "uint64",
        name: "epoch",
        type: "uint64",
      },
      {
        internalType: "uint64",
        name: "since",
        type: "uint64",
      },
    ],
    name: "EvidenceExpired",
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
    name: "NobodyAccused",
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
        name: "account",
        type: "address",
      },
    ],
    name: "NothingToClaim",
    type: "error",
  },
  {
    inputs: [
      {
        internalType: "address",
        name: "account",
        type: "address",
      },
    ],
    name: "NothingToWithdraw",
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
    name: "SetMismatch",
    type: "error",
  },
  {
    inputs: [
      {
        internalType: "uint256",
        name: "hasWei",
        type: "uint256",
      },
      {
        internalType: "uint256",
        name: "wantedWei",
        type: "uint256",
      },
    ],
    name: "StakeShort",
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
        internalType: "address",
        name: "operator",
        type: "address",
      },
    ],
    name: "Tombstoned",
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
        name: "max",
        type: "uint64",
      },
    ],
    name: "UnbondingsFull",
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
    name: "ZeroAmount",
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
        indexed: true,
        internalType: "address",
        name: "operator",
        type: "address",
      },
    ],
    name: "ContenderJoined",
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
    ],
    name: "ContenderLeft",
    type: "event",
  },
  {
    anonymous: false,
    inputs: [
      {
        indexed: true,
        internalType: "address",
        name: "account",
        type: "address",
      },
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
    name: "Delegated",
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
        indexed: true,
        internalType: "uint64",
        name: "epoch",
        type: "uint64",
      },
      {
        indexed: true,
        internalType: "address",
        name: "reporter",
        type: "address",
      },
      {
        indexed: false,
        internalType: "uint256",
        name: "slashedWei",
        type: "uint256",
      },
      {
        indexed: false,
        internalType: "uint256",
        name: "rewardWei",
        type: "uint256",
      },
    ],
    name: "Punished",
    type: "event",
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
        name: "account",
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
        name: "account",
        type: "address",
      },
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
      {
        indexed: false,
        internalType: "uint64",
        name: "epoch",
        type: "uint64",
      },
    ],
    name: "Undelegated",
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
    ],
    name: "ValidatorEdited",
    type: "event",
  },
  {
    anonymous: false,
    inputs: [
      {
        indexed: true,
        internalType: "address",
        name: "account",
        type: "address",
      },
      {
        indexed: false,
        internalType: "uint256",
        name: "amountWei",
        type: "uint256",
      },
    ],
    name: "Withdrawn",
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
    inputs: [
      {
        internalType: "uint64",
        name: "max",
        type: "uint64",
      },
    ],
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
        internalType: "address",
        name: "operator",
        type: "address",
      },
    ],
    name: "contend",
    outputs: [],
    stateMutability: "nonpayable",
    type: "function",
  },
  {
    inputs: [],
    name: "contenderCount",
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
    inputs: [
      {
        internalType: "address",
        name: "operator",
        type: "address",
      },
    ],
    name: "delegate",
    outputs: [],
    stateMutability: "payable",
    type: "function",
  },
  {
    inputs: [
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
    name: "editValidator",
    outputs: [],
    stateMutability: "nonpayable",
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
    inputs: [
      {
        internalType: "address",
        name: "operator",
        type: "address",
      },
      {
        internalType: "uint64",
        name: "epoch",
        type: "uint64",
      },
    ],
    name: "isPunished",
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
      {
        internalType: "address",
        name: "account",
        type: "address",
      },
    ],
    name: "position",
    outputs: [
      {
        components: [
          {
            internalType: "address",
            name: "operator",
            type: "address",
          },
          {
            internalType: "uint256",
            name: "stakeWei",
            type: "uint256",
          },
          {
            internalType: "uint256",
            name: "rewardsWei",
            type: "uint256",
          },
        ],
        internalType: "struct IStaking.Position",
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
        internalType: "address",
        name: "account",
        type: "address",
      },
    ],
    name: "positions",
    outputs: [
      {
        components: [
          {
            internalType: "address",
            name: "operator",
            type: "address",
          },
          {
            internalType: "uint256",
            name: "stakeWei",
            type: "uint256",
          },
          {
            internalType: "uint256",
            name: "rewardsWei",
            type: "uint256",
          },
        ],
        internalType: "struct IStaking.Position[]",
        name: "",
        type: "tuple[]",
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
    name: "releaseTimeOf",
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
        internalType: "address",
        name: "account",
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
    inputs: [
      {
        internalType: "bytes",
        name: "evidence",
        type: "bytes",
      },
      {
        internalType: "bytes",
        name: "set",
        type: "bytes",
      },
      {
        internalType: "uint64",
        name: "max",
        type: "uint64",
      },
    ],
    name: "submitEvidence",
    outputs: [
      {
        internalType: "uint64",
        name: "punishedCount",
        type: "uint64",
      },
      {
        internalType: "uint64",
        name: "leftCount",
        type: "uint64",
      },
    ],
    stateMutability: "nonpayable",
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
        name: "account",
        type: "address",
      },
    ],
    name: "unbondingCount",
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
        internalType: "address",
        name: "account",
        type: "address",
      },
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
    name: "unbondings",
    outputs: [
      {
        components: [
          {
            internalType: "address",
            name: "operator",
            type: "address",
          },
          {
            internalType: "uint256",
            name: "amountWei",
            type: "uint256",
          },
          {
            internalType: "uint64",
            name: "epoch",
            type: "uint64",
          },
          {
            internalType: "uint64",
            name: "completionTime",
            type: "uint64",
          },
        ],
        internalType: "struct IStaking.Unbonding[]",
        name: "",
        type: "tuple[]",
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
      {
        internalType: "uint256",
        name: "amountWei",
        type: "uint256",
      },
    ],
    name: "undelegate",
    outputs: [
      {
        internalType: "uint64",
        name: "completionTime",
        type: "uint64",
      },
    ],
    stateMutability: "nonpayable",
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
          {
            internalType: "uint256",
            name: "selfStakeWei",
            type: "uint256",
          },
          {
            internalType: "bool",
            name: "isContender",
            type: "bool",
          },
          {
            internalType: "bool",
            name: "isTombstoned",
            type: "bool",
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
          {
            internalType: "uint256",
            name: "selfStakeWei",
            type: "uint256",
          },
          {
            internalType: "bool",
            name: "isContender",
            type: "bool",
          },
          {
            internalType: "bool",
            name: "isTombstoned",
            type: "bool",
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
  {
    inputs: [
      {
        internalType: "uint64",
        name: "max",
        type: "uint64",
      },
    ],
    name: "withdrawUnbonded",
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
  heldWei: {
    slot: 1n,
    offset: 0,
    type: {
      kind: "uint",
      bytes: 32,
    },
  },
  rewardPerStake: {
    slot: 2n,
    offset: 0,
    type: {
      kind: "uint",
      bytes: 32,
    },
  },
  rewardCarry: {
    slot: 3n,
    offset: 0,
    type: {
      kind: "uint",
      bytes: 32,
    },
  },
  rewardsPaidInWei: {
    slot: 4n,
    offset: 0,
    type: {
      kind: "uint",
      bytes: 32,
    },
  },
  rewardsClaimedWei: {
    slot: 5n,
    offset: 0,
    type: {
      kind: "uint",
      bytes: 32,
    },
  },
  epochCount: {
    slot: 6n,
    offset: 0,
    type: {
      kind: "uint",
      bytes: 8,
    },
  },
  operators: {
    slot: 7n,
    offset: 0,
    type: {
      kind: "dynamicArray",
      element: {
        kind: "address",
        bytes: 20,
      },
    },
  },
  contenders: {
    slot: 8n,
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
    slot: 9n,
    offset: 0,
    type: {
      kind: "mapping",
      key: {
        kind: "address",
        bytes: 20,
      },
      value: {
        kind: "struct",
        slots: 8,
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
          commissionRaisedAt: {
            slot: 0n,
            offset: 22,
            type: {
              kind: "uint",
              bytes: 5,
            },
          },
          contenderPlace: {
            slot: 0n,
            offset: 27,
            type: {
              kind: "uint",
              bytes: 4,
            },
          },
          isTombstoned: {
            slot: 0n,
            offset: 31,
            type: {
              kind: "bool",
              bytes: 1,
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
          bondedWei: {
            slot: 2n,
            offset: 0,
            type: {
              kind: "uint",
              bytes: 16,
            },
          },
          leftWei: {
            slot: 2n,
            offset: 16,
            type: {
              kind: "uint",
              bytes: 16,
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
          rewardPerBond: {
            slot: 4n,
            offset: 0,
            type: {
              kind: "uint",
              bytes: 32,
            },
          },
          carry: {
            slot: 5n,
            offset: 0,
            type: {
              kind: "uint",
              bytes: 32,
            },
          },
          blsKey: {
            slot: 6n,
            offset: 0,
            type: {
              kind: "bytes",
            },
          },
          unbondingPools: {
            slot: 7n,
            offset: 0,
            type: {
              kind: "dynamicArray",
              element: {
                kind: "struct",
                slots: 1,
                fields: {
                  epoch: {
                    slot: 0n,
                    offset: 0,
                    type: {
                      kind: "uint",
                      bytes: 8,
                    },
                  },
                  bondedWei: {
                    slot: 0n,
                    offset: 8,
                    type: {
                      kind: "uint",
                      bytes: 12,
                    },
                  },
                  leftWei: {
                    slot: 0n,
                    offset: 20,
                    type: {
                      kind: "uint",
                      bytes: 12,
                    },
                  },
                },
              },
            },
          },
        },
      },
    },
  },
  delegations: {
    slot: 10n,
    offset: 0,
    type: {
      kind: "mapping",
      key: {
        kind: "address",
        bytes: 20,
      },
      value: {
        kind: "mapping",
        key: {
          kind: "address",
          bytes: 20,
        },
        value: {
          kind: "struct",
          slots: 3,
          fields: {
            bondedWei: {
              slot: 0n,
              offset: 0,
              type: {
                kind: "uint",
                bytes: 16,
              },
            },
            place: {
              slot: 0n,
              offset: 16,
              type: {
                kind: "uint",
                bytes: 8,
              },
            },
            settledPerBond: {
              slot: 1n,
              offset: 0,
              type: {
                kind: "uint",
                bytes: 32,
              },
            },
            owed: {
              slot: 2n,
              offset: 0,
              type: {
                kind: "uint",
                bytes: 32,
              },
            },
          },
        },
      },
    },
  },
  accounts: {
    slot: 11n,
    offset: 0,
    type: {
      kind: "mapping",
      key: {
        kind: "address",
        bytes: 20,
      },
      value: {
        kind: "struct",
        slots: 3,
        fields: {
          operators: {
            slot: 0n,
            offset: 0,
            type: {
              kind: "dynamicArray",
              element: {
                kind: "address",
                bytes: 20,
              },
            },
          },
          unbondings: {
            slot: 1n,
            offset: 0,
            type: {
              kind: "dynamicArray",
              element: {
                kind: "struct",
                slots: 2,
                fields: {
                  operator: {
                    slot: 0n,
                    offset: 0,
                    type: {
                      kind: "address",
                      bytes: 20,
                    },
                  },
                  pool: {
                    slot: 0n,
                    offset: 20,
                    type: {
                      kind: "uint",
                      bytes: 8,
                    },
                  },
                  bondedWei: {
                    slot: 1n,
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
          firstUnbonding: {
            slot: 2n,
            offset: 0,
            type: {
              kind: "uint",
              bytes: 8,
            },
          },
          nextClaim: {
            slot: 2n,
            offset: 8,
            type: {
              kind: "uint",
              bytes: 8,
            },
          },
        },
      },
    },
  },
  keyHolders: {
    slot: 12n,
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
    slot: 13n,
    offset: 0,
    type: {
      kind: "mapping",
      key: {
        kind: "uint",
        bytes: 8,
      },
      value: {
        kind: "struct",
        slots: 3,
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
          releaseTime: {
            slot: 2n,
            offset: 0,
            type: {
              kind: "uint",
              bytes: 8,
            },
          },
        },
      },
    },
  },
  punished: {
    slot: 14n,
    offset: 0,
    type: {
      kind: "mapping",
      key: {
        kind: "address",
        bytes: 20,
      },
      value: {
        kind: "mapping",
        key: {
          kind: "uint",
          bytes: 8,
        },
        value: {
          kind: "bool",
          bytes: 1,
        },
      },
    },
  },
} as const
