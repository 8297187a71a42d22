/** Written by `npm run abi` from inference/IInference.sol and InferenceStorage.sol; do not edit. */

export const inferenceAbi = [
  {
    inputs: [
      {
        internalType: "uint64",
        name: "providerId",
        type: "uint64",
      },
    ],
    name: "AlreadyProvider",
    type: "error",
  },
  {
    inputs: [
      {
        internalType: "uint64",
        name: "providerId",
        type: "uint64",
      },
      {
        internalType: "bytes32",
        name: "versionId",
        type: "bytes32",
      },
    ],
    name: "AlreadyServed",
    type: "error",
  },
  {
    inputs: [
      {
        internalType: "uint256",
        name: "min",
        type: "uint256",
      },
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
    name: "AnswerByOutOfBounds",
    type: "error",
  },
  {
    inputs: [
      {
        internalType: "address",
        name: "callback",
        type: "address",
      },
      {
        internalType: "uint32",
        name: "callbackGas",
        type: "uint32",
      },
    ],
    name: "BadCallback",
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
        name: "minWei",
        type: "uint256",
      },
      {
        internalType: "uint256",
        name: "gotWei",
        type: "uint256",
      },
    ],
    name: "BondTooSmall",
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
        internalType: "uint256",
        name: "maxBytes",
        type: "uint256",
      },
      {
        internalType: "uint256",
        name: "gotBytes",
        type: "uint256",
      },
    ],
    name: "BytesTooLong",
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
    name: "CallbackGasTooHigh",
    type: "error",
  },
  {
    inputs: [
      {
        internalType: "uint32",
        name: "rowCount",
        type: "uint32",
      },
      {
        internalType: "uint32",
        name: "row",
        type: "uint32",
      },
    ],
    name: "CitationOutOfRange",
    type: "error",
  },
  {
    inputs: [
      {
        internalType: "uint256",
        name: "place",
        type: "uint256",
      },
    ],
    name: "CitationsNotAscending",
    type: "error",
  },
  {
    inputs: [],
    name: "EmptyInput",
    type: "error",
  },
  {
    inputs: [
      {
        internalType: "uint256",
        name: "maxWei",
        type: "uint256",
      },
      {
        internalType: "uint256",
        name: "gotWei",
        type: "uint256",
      },
    ],
    name: "EscrowTooLarge",
    type: "error",
  },
  {
    inputs: [
      {
        internalType: "uint256",
        name: "quoteWei",
        type: "uint256",
      },
      {
        internalType: "uint256",
        name: "gotWei",
        type: "uint256",
      },
    ],
    name: "EscrowTooSmall",
    type: "error",
  },
  {
    inputs: [],
    name: "NoTokens",
    type: "error",
  },
  {
    inputs: [
      {
        internalType: "uint64",
        name: "acceptor",
        type: "uint64",
      },
      {
        internalType: "uint64",
        name: "caller",
        type: "uint64",
      },
    ],
    name: "NotAcceptor",
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
        internalType: "uint64",
        name: "providerId",
        type: "uint64",
      },
    ],
    name: "NotProvider",
    type: "error",
  },
  {
    inputs: [
      {
        internalType: "address",
        name: "requester",
        type: "address",
      },
      {
        internalType: "address",
        name: "caller",
        type: "address",
      },
    ],
    name: "NotRequester",
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
        internalType: "uint8",
        name: "method",
        type: "uint8",
      },
    ],
    name: "NothingToCite",
    type: "error",
  },
  {
    inputs: [
      {
        internalType: "uint256",
        name: "openJobs",
        type: "uint256",
      },
    ],
    name: "ProviderBusy",
    type: "error",
  },
  {
    inputs: [
      {
        internalType: "uint64",
        name: "wanted",
        type: "uint64",
      },
      {
        internalType: "uint64",
        name: "caller",
        type: "uint64",
      },
    ],
    name: "ProviderReserved",
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
        name: "deadline",
        type: "uint256",
      },
      {
        internalType: "uint256",
        name: "timestamp",
        type: "uint256",
      },
    ],
    name: "TooEarly",
    type: "error",
  },
  {
    inputs: [
      {
        internalType: "uint256",
        name: "deadline",
        type: "uint256",
      },
      {
        internalType: "uint256",
        name: "timestamp",
        type: "uint256",
      },
    ],
    name: "TooLate",
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
        internalType: "string",
        name: "field",
        type: "string",
      },
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
    name: "TooManyTokens",
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
    name: "UnknownJob",
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
        internalType: "uint64",
        name: "providerId",
        type: "uint64",
      },
      {
        internalType: "bytes32",
        name: "versionId",
        type: "bytes32",
      },
    ],
    name: "VersionNotServed",
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
    name: "VersionNotServing",
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
        internalType: "enum IInference.JobState",
        name: "state",
        type: "uint8",
      },
    ],
    name: "WrongJobState",
    type: "error",
  },
  {
    anonymous: false,
    inputs: [
      {
        indexed: true,
        internalType: "uint64",
        name: "providerId",
        type: "uint64",
      },
      {
        indexed: false,
        internalType: "uint256",
        name: "addedWei",
        type: "uint256",
      },
    ],
    name: "BondAdded",
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
        internalType: "address",
        name: "target",
        type: "address",
      },
      {
        indexed: false,
        internalType: "bool",
        name: "success",
        type: "bool",
      },
    ],
    name: "CallbackMade",
    type: "event",
  },
  {
    anonymous: false,
    inputs: [
      {
        indexed: true,
        internalType: "uint64",
        name: "providerId",
        type: "uint64",
      },
      {
        indexed: false,
        internalType: "string",
        name: "endpoint",
        type: "string",
      },
    ],
    name: "EndpointSet",
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
        internalType: "uint64",
        name: "providerId",
        type: "uint64",
      },
    ],
    name: "JobAccepted",
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
        internalType: "uint64",
        name: "providerId",
        type: "uint64",
      },
      {
        indexed: false,
        internalType: "bytes32",
        name: "outputHash",
        type: "bytes32",
      },
      {
        indexed: false,
        internalType: "bytes",
        name: "output",
        type: "bytes",
      },
      {
        indexed: false,
        internalType: "uint32",
        name: "inputTokens",
        type: "uint32",
      },
      {
        indexed: false,
        internalType: "uint32",
        name: "outputTokens",
        type: "uint32",
      },
      {
        indexed: false,
        internalType: "bytes32",
        name: "queryHash",
        type: "bytes32",
      },
      {
        indexed: false,
        internalType: "uint64",
        name: "attestBy",
        type: "uint64",
      },
    ],
    name: "JobAnswered",
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
        internalType: "address",
        name: "requester",
        type: "address",
      },
      {
        indexed: false,
        internalType: "enum IInference.JobState",
        name: "from",
        type: "uint8",
      },
      {
        indexed: false,
        internalType: "uint256",
        name: "refundWei",
        type: "uint256",
      },
    ],
    name: "JobRefunded",
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
        indexed: true,
        internalType: "address",
        name: "requester",
        type: "address",
      },
      {
        indexed: false,
        internalType: "uint256",
        name: "escrowWei",
        type: "uint256",
      },
      {
        components: [
          {
            internalType: "bytes32",
            name: "versionId",
            type: "bytes32",
          },
          {
            internalType: "bytes",
            name: "input",
            type: "bytes",
          },
          {
            internalType: "uint32",
            name: "maxInputTokens",
            type: "uint32",
          },
          {
            internalType: "uint32",
            name: "maxOutputTokens",
            type: "uint32",
          },
          {
            internalType: "uint64",
            name: "provider",
            type: "uint64",
          },
          {
            internalType: "uint64",
            name: "answerBy",
            type: "uint64",
          },
          {
            internalType: "address",
            name: "callback",
            type: "address",
          },
          {
            internalType: "uint32",
            name: "callbackGas",
            type: "uint32",
          },
          {
            internalType: "bytes",
            name: "callbackData",
            type: "bytes",
          },
        ],
        indexed: false,
        internalType: "struct IInference.Request",
        name: "request",
        type: "tuple",
      },
    ],
    name: "JobRequested",
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
        internalType: "uint64",
        name: "providerId",
        type: "uint64",
      },
      {
        indexed: false,
        internalType: "uint256",
        name: "feeWei",
        type: "uint256",
      },
      {
        indexed: false,
        internalType: "uint256",
        name: "refundWei",
        type: "uint256",
      },
    ],
    name: "JobSettled",
    type: "event",
  },
  {
    anonymous: false,
    inputs: [
      {
        indexed: true,
        internalType: "uint64",
        name: "providerId",
        type: "uint64",
      },
      {
        indexed: false,
        internalType: "address",
        name: "wallet",
        type: "address",
      },
      {
        indexed: false,
        internalType: "uint256",
        name: "bondWei",
        type: "uint256",
      },
      {
        indexed: false,
        internalType: "string",
        name: "endpoint",
        type: "string",
      },
    ],
    name: "ProviderRegistered",
    type: "event",
  },
  {
    anonymous: false,
    inputs: [
      {
        indexed: true,
        internalType: "uint64",
        name: "providerId",
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
        internalType: "uint256",
        name: "slashWei",
        type: "uint256",
      },
    ],
    name: "ProviderSlashed",
    type: "event",
  },
  {
    anonymous: false,
    inputs: [
      {
        indexed: true,
        internalType: "uint64",
        name: "providerId",
        type: "uint64",
      },
      {
        indexed: false,
        internalType: "uint256",
        name: "bondWei",
        type: "uint256",
      },
    ],
    name: "ProviderUnregistered",
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
        indexed: false,
        internalType: "uint32[]",
        name: "rows",
        type: "uint32[]",
      },
    ],
    name: "RowsCited",
    type: "event",
  },
  {
    anonymous: false,
    inputs: [
      {
        indexed: true,
        internalType: "uint64",
        name: "providerId",
        type: "uint64",
      },
      {
        indexed: true,
        internalType: "bytes32",
        name: "versionId",
        type: "bytes32",
      },
      {
        indexed: false,
        internalType: "bool",
        name: "isServed",
        type: "bool",
      },
    ],
    name: "VersionServed",
    type: "event",
  },
  {
    inputs: [
      {
        internalType: "uint256",
        name: "jobId",
        type: "uint256",
      },
    ],
    name: "accept",
    outputs: [],
    stateMutability: "nonpayable",
    type: "function",
  },
  {
    inputs: [],
    name: "addBond",
    outputs: [],
    stateMutability: "payable",
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
    name: "cancel",
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
        internalType: "uint32",
        name: "maxInputTokens",
        type: "uint32",
      },
      {
        internalType: "uint32",
        name: "maxOutputTokens",
        type: "uint32",
      },
      {
        internalType: "uint32",
        name: "callbackGas",
        type: "uint32",
      },
    ],
    name: "escrowFor",
    outputs: [
      {
        internalType: "uint256",
        name: "escrowWei",
        type: "uint256",
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
    name: "expire",
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
    ],
    name: "getJob",
    outputs: [
      {
        components: [
          {
            internalType: "enum IInference.JobState",
            name: "state",
            type: "uint8",
          },
          {
            internalType: "bytes32",
            name: "versionId",
            type: "bytes32",
          },
          {
            internalType: "address",
            name: "requester",
            type: "address",
          },
          {
            internalType: "bytes32",
            name: "inputHash",
            type: "bytes32",
          },
          {
            internalType: "uint32",
            name: "maxInputTokens",
            type: "uint32",
          },
          {
            internalType: "uint32",
            name: "maxOutputTokens",
            type: "uint32",
          },
          {
            internalType: "uint64",
            name: "wantedProvider",
            type: "uint64",
          },
          {
            internalType: "uint64",
            name: "provider",
            type: "uint64",
          },
          {
            internalType: "uint64",
            name: "answerBy",
            type: "uint64",
          },
          {
            internalType: "uint64",
            name: "attestBy",
            type: "uint64",
          },
          {
            internalType: "uint256",
            name: "escrowWei",
            type: "uint256",
          },
          {
            internalType: "uint256",
            name: "callbackWei",
            type: "uint256",
          },
          {
            internalType: "address",
            name: "callback",
            type: "address",
          },
          {
            internalType: "uint32",
            name: "callbackGas",
            type: "uint32",
          },
          {
            internalType: "bytes",
            name: "callbackData",
            type: "bytes",
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
            internalType: "uint16",
            name: "k",
            type: "uint16",
          },
          {
            internalType: "uint16",
            name: "tau",
            type: "uint16",
          },
          {
            internalType: "uint8",
            name: "level",
            type: "uint8",
          },
          {
            internalType: "uint16",
            name: "spanTokensMin",
            type: "uint16",
          },
          {
            internalType: "uint16",
            name: "spanInfoMin",
            type: "uint16",
          },
          {
            internalType: "uint16",
            name: "citationsMax",
            type: "uint16",
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
            internalType: "bytes32",
            name: "outputHash",
            type: "bytes32",
          },
          {
            internalType: "bytes32",
            name: "queryHash",
            type: "bytes32",
          },
          {
            internalType: "bytes32",
            name: "citationsRoot",
            type: "bytes32",
          },
        ],
        internalType: "struct IInference.Job",
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
        internalType: "uint64",
        name: "providerId",
        type: "uint64",
      },
    ],
    name: "getProvider",
    outputs: [
      {
        components: [
          {
            internalType: "bool",
            name: "isRegistered",
            type: "bool",
          },
          {
            internalType: "uint32",
            name: "openJobs",
            type: "uint32",
          },
          {
            internalType: "uint256",
            name: "bondWei",
            type: "uint256",
          },
          {
            internalType: "address",
            name: "wallet",
            type: "address",
          },
          {
            internalType: "string",
            name: "endpoint",
            type: "string",
          },
        ],
        internalType: "struct IInference.Provider",
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
        internalType: "uint64",
        name: "providerId",
        type: "uint64",
      },
      {
        internalType: "bytes32",
        name: "versionId",
        type: "bytes32",
      },
    ],
    name: "isServed",
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
    name: "jobCount",
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
        internalType: "string",
        name: "endpoint",
        type: "string",
      },
      {
        internalType: "bytes32[]",
        name: "versions",
        type: "bytes32[]",
      },
    ],
    name: "registerProvider",
    outputs: [
      {
        internalType: "uint64",
        name: "providerId",
        type: "uint64",
      },
    ],
    stateMutability: "payable",
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
        internalType: "bool",
        name: "success",
        type: "bool",
      },
    ],
    name: "reportCallback",
    outputs: [],
    stateMutability: "nonpayable",
    type: "function",
  },
  {
    inputs: [
      {
        components: [
          {
            internalType: "bytes32",
            name: "versionId",
            type: "bytes32",
          },
          {
            internalType: "bytes",
            name: "input",
            type: "bytes",
          },
          {
            internalType: "uint32",
            name: "maxInputTokens",
            type: "uint32",
          },
          {
            internalType: "uint32",
            name: "maxOutputTokens",
            type: "uint32",
          },
          {
            internalType: "uint64",
            name: "provider",
            type: "uint64",
          },
          {
            internalType: "uint64",
            name: "answerBy",
            type: "uint64",
          },
          {
            internalType: "address",
            name: "callback",
            type: "address",
          },
          {
            internalType: "uint32",
            name: "callbackGas",
            type: "uint32",
          },
          {
            internalType: "bytes",
            name: "callbackData",
            type: "bytes",
          },
        ],
        internalType: "struct IInference.Request",
        name: "request_",
        type: "tuple",
      },
    ],
    name: "request",
    outputs: [
      {
        internalType: "uint256",
        name: "jobId",
        type: "uint256",
      },
    ],
    stateMutability: "payable",
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
        name: "output",
        type: "bytes",
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
        internalType: "bytes32",
        name: "queryHash",
        type: "bytes32",
      },
    ],
    name: "respond",
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
        name: "output",
        type: "bytes",
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
        internalType: "bytes32",
        name: "queryHash",
        type: "bytes32",
      },
      {
        internalType: "uint32[]",
        name: "citedRows",
        type: "uint32[]",
      },
    ],
    name: "respondCiting",
    outputs: [],
    stateMutability: "nonpayable",
    type: "function",
  },
  {
    inputs: [
      {
        internalType: "bytes32[]",
        name: "versions",
        type: "bytes32[]",
      },
    ],
    name: "serve",
    outputs: [],
    stateMutability: "nonpayable",
    type: "function",
  },
  {
    inputs: [
      {
        internalType: "string",
        name: "endpoint",
        type: "string",
      },
    ],
    name: "setEndpoint",
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
    name: "settleJob",
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
    stateMutability: "nonpayable",
    type: "function",
  },
  {
    inputs: [
      {
        internalType: "bytes32[]",
        name: "versions",
        type: "bytes32[]",
      },
    ],
    name: "stopServing",
    outputs: [],
    stateMutability: "nonpayable",
    type: "function",
  },
  {
    inputs: [],
    name: "unregisterProvider",
    outputs: [],
    stateMutability: "nonpayable",
    type: "function",
  },
] as const

export const inferenceStorage = {
  jobCount: {
    slot: 0n,
    offset: 0,
    type: {
      kind: "uint",
      bytes: 32,
    },
  },
  liabilities: {
    slot: 1n,
    offset: 0,
    type: {
      kind: "uint",
      bytes: 32,
    },
  },
  providers: {
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
        slots: 3,
        fields: {
          isRegistered: {
            slot: 0n,
            offset: 0,
            type: {
              kind: "bool",
              bytes: 1,
            },
          },
          openJobs: {
            slot: 0n,
            offset: 1,
            type: {
              kind: "uint",
              bytes: 4,
            },
          },
          bondWei: {
            slot: 1n,
            offset: 0,
            type: {
              kind: "uint",
              bytes: 32,
            },
          },
          endpoint: {
            slot: 2n,
            offset: 0,
            type: {
              kind: "string",
            },
          },
        },
      },
    },
  },
  served: {
    slot: 3n,
    offset: 0,
    type: {
      kind: "mapping",
      key: {
        kind: "uint",
        bytes: 8,
      },
      value: {
        kind: "mapping",
        key: {
          kind: "fixedBytes",
          bytes: 32,
        },
        value: {
          kind: "bool",
          bytes: 1,
        },
      },
    },
  },
  jobs: {
    slot: 4n,
    offset: 0,
    type: {
      kind: "mapping",
      key: {
        kind: "uint",
        bytes: 32,
      },
      value: {
        kind: "struct",
        slots: 13,
        fields: {
          requester: {
            slot: 0n,
            offset: 0,
            type: {
              kind: "address",
              bytes: 20,
            },
          },
          state: {
            slot: 0n,
            offset: 20,
            type: {
              kind: "uint",
              bytes: 1,
            },
          },
          maxInputTokens: {
            slot: 0n,
            offset: 21,
            type: {
              kind: "uint",
              bytes: 4,
            },
          },
          maxOutputTokens: {
            slot: 0n,
            offset: 25,
            type: {
              kind: "uint",
              bytes: 4,
            },
          },
          versionId: {
            slot: 1n,
            offset: 0,
            type: {
              kind: "fixedBytes",
              bytes: 32,
            },
          },
          wantedProvider: {
            slot: 2n,
            offset: 0,
            type: {
              kind: "uint",
              bytes: 8,
            },
          },
          provider: {
            slot: 2n,
            offset: 8,
            type: {
              kind: "uint",
              bytes: 8,
            },
          },
          answerBy: {
            slot: 2n,
            offset: 16,
            type: {
              kind: "uint",
              bytes: 8,
            },
          },
          attestBy: {
            slot: 2n,
            offset: 24,
            type: {
              kind: "uint",
              bytes: 8,
            },
          },
          escrowWei: {
            slot: 3n,
            offset: 0,
            type: {
              kind: "uint",
              bytes: 16,
            },
          },
          callbackWei: {
            slot: 3n,
            offset: 16,
            type: {
              kind: "uint",
              bytes: 16,
            },
          },
          rates: {
            slot: 4n,
            offset: 0,
            type: {
              kind: "struct",
              slots: 1,
              fields: {
                inputWei: {
                  slot: 0n,
                  offset: 0,
                  type: {
                    kind: "uint",
                    bytes: 12,
                  },
                },
                outputWei: {
                  slot: 0n,
                  offset: 12,
                  type: {
                    kind: "uint",
                    bytes: 12,
                  },
                },
                providerBps: {
                  slot: 0n,
                  offset: 24,
                  type: {
                    kind: "uint",
                    bytes: 2,
                  },
                },
                modelBps: {
                  slot: 0n,
                  offset: 26,
                  type: {
                    kind: "uint",
                    bytes: 2,
                  },
                },
                stakersBps: {
                  slot: 0n,
                  offset: 28,
                  type: {
                    kind: "uint",
                    bytes: 2,
                  },
                },
                contributorsBps: {
                  slot: 0n,
                  offset: 30,
                  type: {
                    kind: "uint",
                    bytes: 2,
                  },
                },
              },
            },
          },
          platformFlatWei: {
            slot: 5n,
            offset: 0,
            type: {
              kind: "uint",
              bytes: 16,
            },
          },
          platformBps: {
            slot: 5n,
            offset: 16,
            type: {
              kind: "uint",
              bytes: 2,
            },
          },
          k: {
            slot: 5n,
            offset: 18,
            type: {
              kind: "uint",
              bytes: 2,
            },
          },
          tau: {
            slot: 5n,
            offset: 20,
            type: {
              kind: "uint",
              bytes: 2,
            },
          },
          level: {
            slot: 5n,
            offset: 22,
            type: {
              kind: "uint",
              bytes: 1,
            },
          },
          inputTokens: {
            slot: 5n,
            offset: 23,
            type: {
              kind: "uint",
              bytes: 4,
            },
          },
          outputTokens: {
            slot: 5n,
            offset: 27,
            type: {
              kind: "uint",
              bytes: 4,
            },
          },
          callback: {
            slot: 6n,
            offset: 0,
            type: {
              kind: "address",
              bytes: 20,
            },
          },
          callbackGas: {
            slot: 6n,
            offset: 20,
            type: {
              kind: "uint",
              bytes: 4,
            },
          },
          spanTokensMin: {
            slot: 6n,
            offset: 24,
            type: {
              kind: "uint",
              bytes: 2,
            },
          },
          spanInfoMin: {
            slot: 6n,
            offset: 26,
            type: {
              kind: "uint",
              bytes: 2,
            },
          },
          citationsMax: {
            slot: 6n,
            offset: 28,
            type: {
              kind: "uint",
              bytes: 2,
            },
          },
          inputHash: {
            slot: 7n,
            offset: 0,
            type: {
              kind: "fixedBytes",
              bytes: 32,
            },
          },
          outputHash: {
            slot: 8n,
            offset: 0,
            type: {
              kind: "fixedBytes",
              bytes: 32,
            },
          },
          queryHash: {
            slot: 9n,
            offset: 0,
            type: {
              kind: "fixedBytes",
              bytes: 32,
            },
          },
          citationsRoot: {
            slot: 10n,
            offset: 0,
            type: {
              kind: "fixedBytes",
              bytes: 32,
            },
          },
          callbackData: {
            slot: 11n,
            offset: 0,
            type: {
              kind: "bytes",
            },
          },
          output: {
            slot: 12n,
            offset: 0,
            type: {
              kind: "bytes",
            },
          },
        },
      },
    },
  },
} as const
