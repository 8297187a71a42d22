/** Written by `npm run abi` from model/IModel.sol and ModelStorage.sol; do not edit. */

export const modelAbi = [
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
    name: "BadHeader",
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
    name: "BaseMismatch",
    type: "error",
  },
  {
    inputs: [
      {
        internalType: "uint64",
        name: "datanetId",
        type: "uint64",
      },
    ],
    name: "DuplicateDatanet",
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
    name: "DuplicateParent",
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
    name: "HeaderMismatch",
    type: "error",
  },
  {
    inputs: [
      {
        internalType: "uint256",
        name: "providerBps",
        type: "uint256",
      },
      {
        internalType: "uint256",
        name: "royaltiesBps",
        type: "uint256",
      },
    ],
    name: "ModelPartOverspent",
    type: "error",
  },
  {
    inputs: [],
    name: "NoDatanets",
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
        internalType: "uint64",
        name: "ownerId",
        type: "uint64",
      },
      {
        internalType: "address",
        name: "caller",
        type: "address",
      },
    ],
    name: "NotModelOwner",
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
    inputs: [
      {
        internalType: "uint256",
        name: "maxBps",
        type: "uint256",
      },
      {
        internalType: "uint256",
        name: "gotBps",
        type: "uint256",
      },
    ],
    name: "RoyaltiesTooHigh",
    type: "error",
  },
  {
    inputs: [
      {
        internalType: "string",
        name: "share",
        type: "string",
      },
      {
        internalType: "uint256",
        name: "minBps",
        type: "uint256",
      },
      {
        internalType: "uint256",
        name: "maxBps",
        type: "uint256",
      },
      {
        internalType: "uint256",
        name: "gotBps",
        type: "uint256",
      },
    ],
    name: "ShareOutOfBounds",
    type: "error",
  },
  {
    inputs: [
      {
        internalType: "uint256",
        name: "sumBps",
        type: "uint256",
      },
    ],
    name: "SharesNotWhole",
    type: "error",
  },
  {
    inputs: [
      {
        internalType: "uint256",
        name: "expectedBytes",
        type: "uint256",
      },
      {
        internalType: "uint256",
        name: "gotBytes",
        type: "uint256",
      },
    ],
    name: "SourceSizeMismatch",
    type: "error",
  },
  {
    inputs: [
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
    name: "SourceTooLarge",
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
    name: "TextTooLong",
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
        name: "modelId",
        type: "uint64",
      },
    ],
    name: "UnknownModel",
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
        internalType: "bytes32",
        name: "versionId",
        type: "bytes32",
      },
    ],
    name: "UnknownVersion",
    type: "error",
  },
  {
    inputs: [
      {
        internalType: "uint8",
        name: "engine",
        type: "uint8",
      },
      {
        internalType: "uint8",
        name: "method",
        type: "uint8",
      },
    ],
    name: "UnsupportedEngine",
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
    name: "UnsupportedMethod",
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
    name: "WrongDeposit",
    type: "error",
  },
  {
    inputs: [
      {
        internalType: "uint64",
        name: "modelId",
        type: "uint64",
      },
      {
        internalType: "enum IModel.State",
        name: "state",
        type: "uint8",
      },
    ],
    name: "WrongModelState",
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
    name: "WrongStake",
    type: "error",
  },
  {
    inputs: [
      {
        internalType: "bytes32",
        name: "versionId",
        type: "bytes32",
      },
      {
        internalType: "enum IModel.VersionState",
        name: "state",
        type: "uint8",
      },
    ],
    name: "WrongVersionState",
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
    name: "ZeroRoyalty",
    type: "error",
  },
  {
    anonymous: false,
    inputs: [
      {
        indexed: true,
        internalType: "uint64",
        name: "modelId",
        type: "uint64",
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
        name: "stakeWei",
        type: "uint256",
      },
      {
        components: [
          {
            internalType: "string",
            name: "purpose",
            type: "string",
          },
          {
            internalType: "string",
            name: "architecture",
            type: "string",
          },
          {
            internalType: "bytes32",
            name: "baseHash",
            type: "bytes32",
          },
          {
            internalType: "bytes32",
            name: "planHash",
            type: "bytes32",
          },
          {
            internalType: "uint64[]",
            name: "datanets",
            type: "uint64[]",
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
        ],
        indexed: false,
        internalType: "struct IModel.Proposal",
        name: "proposal",
        type: "tuple",
      },
    ],
    name: "ModelProposed",
    type: "event",
  },
  {
    anonymous: false,
    inputs: [
      {
        indexed: true,
        internalType: "uint64",
        name: "modelId",
        type: "uint64",
      },
      {
        indexed: false,
        internalType: "enum IModel.State",
        name: "from",
        type: "uint8",
      },
      {
        indexed: false,
        internalType: "enum IModel.State",
        name: "to",
        type: "uint8",
      },
    ],
    name: "ModelStateChanged",
    type: "event",
  },
  {
    anonymous: false,
    inputs: [
      {
        indexed: true,
        internalType: "uint64",
        name: "modelId",
        type: "uint64",
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
        indexed: false,
        internalType: "struct IModel.Rates",
        name: "rates",
        type: "tuple",
      },
      {
        indexed: false,
        internalType: "uint64",
        name: "effectiveAt",
        type: "uint64",
      },
    ],
    name: "RatesSet",
    type: "event",
  },
  {
    anonymous: false,
    inputs: [
      {
        indexed: true,
        internalType: "uint64",
        name: "modelId",
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
        internalType: "uint64",
        name: "number",
        type: "uint64",
      },
      {
        indexed: false,
        internalType: "bytes32",
        name: "sourceRoot",
        type: "bytes32",
      },
      {
        indexed: false,
        internalType: "bytes",
        name: "header",
        type: "bytes",
      },
      {
        components: [
          {
            components: [
              {
                internalType: "uint64",
                name: "datanetId",
                type: "uint64",
              },
              {
                internalType: "uint64",
                name: "version",
                type: "uint64",
              },
            ],
            internalType: "struct IModel.DatanetVersion[]",
            name: "datanets",
            type: "tuple[]",
          },
          {
            internalType: "bytes32",
            name: "baseHash",
            type: "bytes32",
          },
          {
            components: [
              {
                internalType: "bytes32",
                name: "digest",
                type: "bytes32",
              },
              {
                internalType: "uint64",
                name: "sizeBytes",
                type: "uint64",
              },
            ],
            internalType: "struct IModel.ContentRef",
            name: "adapter",
            type: "tuple",
          },
          {
            components: [
              {
                internalType: "bytes32",
                name: "digest",
                type: "bytes32",
              },
              {
                internalType: "uint64",
                name: "sizeBytes",
                type: "uint64",
              },
            ],
            internalType: "struct IModel.ContentRef",
            name: "source",
            type: "tuple",
          },
          {
            internalType: "bytes32",
            name: "tokenizerHash",
            type: "bytes32",
          },
          {
            internalType: "uint8",
            name: "engine",
            type: "uint8",
          },
          {
            internalType: "uint8",
            name: "method",
            type: "uint8",
          },
          {
            internalType: "bytes32",
            name: "saRoot",
            type: "bytes32",
          },
          {
            internalType: "bytes32",
            name: "evaluation",
            type: "bytes32",
          },
          {
            components: [
              {
                internalType: "bytes32",
                name: "versionId",
                type: "bytes32",
              },
              {
                internalType: "uint16",
                name: "royaltyBps",
                type: "uint16",
              },
            ],
            internalType: "struct IModel.Parent[]",
            name: "parents",
            type: "tuple[]",
          },
        ],
        indexed: false,
        internalType: "struct IModel.VersionSpec",
        name: "spec",
        type: "tuple",
      },
    ],
    name: "VersionRegistered",
    type: "event",
  },
  {
    anonymous: false,
    inputs: [
      {
        indexed: true,
        internalType: "uint64",
        name: "modelId",
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
        internalType: "bytes32",
        name: "sourceRoot",
        type: "bytes32",
      },
    ],
    name: "VersionServing",
    type: "event",
  },
  {
    inputs: [
      {
        internalType: "uint64",
        name: "modelId",
        type: "uint64",
      },
    ],
    name: "approve",
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
    ],
    name: "attestVersion",
    outputs: [],
    stateMutability: "nonpayable",
    type: "function",
  },
  {
    inputs: [
      {
        internalType: "uint64",
        name: "sourceBytes",
        type: "uint64",
      },
    ],
    name: "depositFor",
    outputs: [
      {
        internalType: "uint256",
        name: "depositWei",
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
        name: "modelId",
        type: "uint64",
      },
    ],
    name: "getModel",
    outputs: [
      {
        components: [
          {
            internalType: "enum IModel.State",
            name: "state",
            type: "uint8",
          },
          {
            internalType: "uint64",
            name: "ownerId",
            type: "uint64",
          },
          {
            internalType: "address",
            name: "owner",
            type: "address",
          },
          {
            internalType: "uint256",
            name: "stakeWei",
            type: "uint256",
          },
          {
            internalType: "uint256",
            name: "depositWei",
            type: "uint256",
          },
          {
            internalType: "string",
            name: "purpose",
            type: "string",
          },
          {
            internalType: "string",
            name: "architecture",
            type: "string",
          },
          {
            internalType: "bytes32",
            name: "baseHash",
            type: "bytes32",
          },
          {
            internalType: "bytes32",
            name: "planHash",
            type: "bytes32",
          },
          {
            internalType: "uint64[]",
            name: "datanets",
            type: "uint64[]",
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
            name: "nextRates",
            type: "tuple",
          },
          {
            internalType: "uint64",
            name: "nextRatesAt",
            type: "uint64",
          },
          {
            internalType: "uint64",
            name: "versionCount",
            type: "uint64",
          },
          {
            internalType: "bytes32",
            name: "servingVersion",
            type: "bytes32",
          },
        ],
        internalType: "struct IModel.ModelInfo",
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
        internalType: "bytes32",
        name: "versionId",
        type: "bytes32",
      },
    ],
    name: "getVersion",
    outputs: [
      {
        components: [
          {
            internalType: "enum IModel.VersionState",
            name: "state",
            type: "uint8",
          },
          {
            internalType: "uint64",
            name: "modelId",
            type: "uint64",
          },
          {
            internalType: "uint64",
            name: "number",
            type: "uint64",
          },
          {
            internalType: "uint64",
            name: "registeredBlock",
            type: "uint64",
          },
          {
            internalType: "uint32",
            name: "rowCount",
            type: "uint32",
          },
          {
            internalType: "bytes32",
            name: "sourceRoot",
            type: "bytes32",
          },
          {
            internalType: "bytes32",
            name: "guardSeed",
            type: "bytes32",
          },
          {
            components: [
              {
                components: [
                  {
                    internalType: "uint64",
                    name: "datanetId",
                    type: "uint64",
                  },
                  {
                    internalType: "uint64",
                    name: "version",
                    type: "uint64",
                  },
                ],
                internalType: "struct IModel.DatanetVersion[]",
                name: "datanets",
                type: "tuple[]",
              },
              {
                internalType: "bytes32",
                name: "baseHash",
                type: "bytes32",
              },
              {
                components: [
                  {
                    internalType: "bytes32",
                    name: "digest",
                    type: "bytes32",
                  },
                  {
                    internalType: "uint64",
                    name: "sizeBytes",
                    type: "uint64",
                  },
                ],
                internalType: "struct IModel.ContentRef",
                name: "adapter",
                type: "tuple",
              },
              {
                components: [
                  {
                    internalType: "bytes32",
                    name: "digest",
                    type: "bytes32",
                  },
                  {
                    internalType: "uint64",
                    name: "sizeBytes",
                    type: "uint64",
                  },
                ],
                internalType: "struct IModel.ContentRef",
                name: "source",
                type: "tuple",
              },
              {
                internalType: "bytes32",
                name: "tokenizerHash",
                type: "bytes32",
              },
              {
                internalType: "uint8",
                name: "engine",
                type: "uint8",
              },
              {
                internalType: "uint8",
                name: "method",
                type: "uint8",
              },
              {
                internalType: "bytes32",
                name: "saRoot",
                type: "bytes32",
              },
              {
                internalType: "bytes32",
                name: "evaluation",
                type: "bytes32",
              },
              {
                components: [
                  {
                    internalType: "bytes32",
                    name: "versionId",
                    type: "bytes32",
                  },
                  {
                    internalType: "uint16",
                    name: "royaltyBps",
                    type: "uint16",
                  },
                ],
                internalType: "struct IModel.Parent[]",
                name: "parents",
                type: "tuple[]",
              },
            ],
            internalType: "struct IModel.VersionSpec",
            name: "spec",
            type: "tuple",
          },
        ],
        internalType: "struct IModel.VersionInfo",
        name: "",
        type: "tuple",
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
        internalType: "bytes32",
        name: "versionId",
        type: "bytes32",
      },
    ],
    name: "lineage",
    outputs: [
      {
        components: [
          {
            internalType: "bytes32",
            name: "versionId",
            type: "bytes32",
          },
          {
            internalType: "uint16",
            name: "royaltyBps",
            type: "uint16",
          },
        ],
        internalType: "struct IModel.Parent[]",
        name: "",
        type: "tuple[]",
      },
    ],
    stateMutability: "view",
    type: "function",
  },
  {
    inputs: [],
    name: "modelCount",
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
        components: [
          {
            internalType: "string",
            name: "purpose",
            type: "string",
          },
          {
            internalType: "string",
            name: "architecture",
            type: "string",
          },
          {
            internalType: "bytes32",
            name: "baseHash",
            type: "bytes32",
          },
          {
            internalType: "bytes32",
            name: "planHash",
            type: "bytes32",
          },
          {
            internalType: "uint64[]",
            name: "datanets",
            type: "uint64[]",
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
        ],
        internalType: "struct IModel.Proposal",
        name: "proposal",
        type: "tuple",
      },
    ],
    name: "propose",
    outputs: [
      {
        internalType: "uint64",
        name: "modelId",
        type: "uint64",
      },
    ],
    stateMutability: "payable",
    type: "function",
  },
  {
    inputs: [
      {
        internalType: "uint64",
        name: "modelId",
        type: "uint64",
      },
      {
        internalType: "bytes",
        name: "header",
        type: "bytes",
      },
      {
        components: [
          {
            components: [
              {
                internalType: "uint64",
                name: "datanetId",
                type: "uint64",
              },
              {
                internalType: "uint64",
                name: "version",
                type: "uint64",
              },
            ],
            internalType: "struct IModel.DatanetVersion[]",
            name: "datanets",
            type: "tuple[]",
          },
          {
            internalType: "bytes32",
            name: "baseHash",
            type: "bytes32",
          },
          {
            components: [
              {
                internalType: "bytes32",
                name: "digest",
                type: "bytes32",
              },
              {
                internalType: "uint64",
                name: "sizeBytes",
                type: "uint64",
              },
            ],
            internalType: "struct IModel.ContentRef",
            name: "adapter",
            type: "tuple",
          },
          {
            components: [
              {
                internalType: "bytes32",
                name: "digest",
                type: "bytes32",
              },
              {
                internalType: "uint64",
                name: "sizeBytes",
                type: "uint64",
              },
            ],
            internalType: "struct IModel.ContentRef",
            name: "source",
            type: "tuple",
          },
          {
            internalType: "bytes32",
            name: "tokenizerHash",
            type: "bytes32",
          },
          {
            internalType: "uint8",
            name: "engine",
            type: "uint8",
          },
          {
            internalType: "uint8",
            name: "method",
            type: "uint8",
          },
          {
            internalType: "bytes32",
            name: "saRoot",
            type: "bytes32",
          },
          {
            internalType: "bytes32",
            name: "evaluation",
            type: "bytes32",
          },
          {
            components: [
              {
                internalType: "bytes32",
                name: "versionId",
                type: "bytes32",
              },
              {
                internalType: "uint16",
                name: "royaltyBps",
                type: "uint16",
              },
            ],
            internalType: "struct IModel.Parent[]",
            name: "parents",
            type: "tuple[]",
          },
        ],
        internalType: "struct IModel.VersionSpec",
        name: "spec",
        type: "tuple",
      },
    ],
    name: "registerVersion",
    outputs: [
      {
        internalType: "bytes32",
        name: "versionId",
        type: "bytes32",
      },
      {
        internalType: "uint64",
        name: "number",
        type: "uint64",
      },
    ],
    stateMutability: "payable",
    type: "function",
  },
  {
    inputs: [
      {
        internalType: "uint64",
        name: "modelId",
        type: "uint64",
      },
    ],
    name: "reject",
    outputs: [],
    stateMutability: "nonpayable",
    type: "function",
  },
  {
    inputs: [
      {
        internalType: "uint64",
        name: "modelId",
        type: "uint64",
      },
    ],
    name: "retire",
    outputs: [],
    stateMutability: "nonpayable",
    type: "function",
  },
  {
    inputs: [
      {
        internalType: "uint64",
        name: "modelId",
        type: "uint64",
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
    ],
    name: "setRates",
    outputs: [],
    stateMutability: "nonpayable",
    type: "function",
  },
  {
    inputs: [
      {
        internalType: "uint64",
        name: "modelId",
        type: "uint64",
      },
    ],
    name: "startTraining",
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
    ],
    name: "termsOf",
    outputs: [
      {
        components: [
          {
            internalType: "uint64",
            name: "modelId",
            type: "uint64",
          },
          {
            internalType: "uint64",
            name: "ownerId",
            type: "uint64",
          },
          {
            internalType: "bool",
            name: "isServing",
            type: "bool",
          },
          {
            internalType: "uint8",
            name: "engine",
            type: "uint8",
          },
          {
            internalType: "uint8",
            name: "method",
            type: "uint8",
          },
          {
            internalType: "uint32",
            name: "rowCount",
            type: "uint32",
          },
          {
            internalType: "bytes32",
            name: "sourceRoot",
            type: "bytes32",
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
            components: [
              {
                internalType: "uint64",
                name: "datanetId",
                type: "uint64",
              },
              {
                internalType: "uint64",
                name: "version",
                type: "uint64",
              },
            ],
            internalType: "struct IModel.DatanetVersion[]",
            name: "datanets",
            type: "tuple[]",
          },
          {
            components: [
              {
                internalType: "bytes32",
                name: "versionId",
                type: "bytes32",
              },
              {
                internalType: "uint16",
                name: "royaltyBps",
                type: "uint16",
              },
            ],
            internalType: "struct IModel.Parent[]",
            name: "parents",
            type: "tuple[]",
          },
        ],
        internalType: "struct IModel.Terms",
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
        name: "modelId",
        type: "uint64",
      },
      {
        internalType: "uint64",
        name: "number",
        type: "uint64",
      },
    ],
    name: "versionIdOf",
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
] as const

export const modelStorage = {
  modelCount: {
    slot: 0n,
    offset: 0,
    type: {
      kind: "uint",
      bytes: 8,
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
  models: {
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
        slots: 10,
        fields: {
          state: {
            slot: 0n,
            offset: 0,
            type: {
              kind: "uint",
              bytes: 1,
            },
          },
          ownerId: {
            slot: 0n,
            offset: 1,
            type: {
              kind: "uint",
              bytes: 8,
            },
          },
          versionCount: {
            slot: 0n,
            offset: 9,
            type: {
              kind: "uint",
              bytes: 8,
            },
          },
          nextRatesAt: {
            slot: 0n,
            offset: 17,
            type: {
              kind: "uint",
              bytes: 8,
            },
          },
          royaltiesBpsMax: {
            slot: 0n,
            offset: 25,
            type: {
              kind: "uint",
              bytes: 2,
            },
          },
          stakeWei: {
            slot: 1n,
            offset: 0,
            type: {
              kind: "uint",
              bytes: 16,
            },
          },
          depositWei: {
            slot: 1n,
            offset: 16,
            type: {
              kind: "uint",
              bytes: 16,
            },
          },
          baseHash: {
            slot: 2n,
            offset: 0,
            type: {
              kind: "fixedBytes",
              bytes: 32,
            },
          },
          planHash: {
            slot: 3n,
            offset: 0,
            type: {
              kind: "fixedBytes",
              bytes: 32,
            },
          },
          servingVersion: {
            slot: 4n,
            offset: 0,
            type: {
              kind: "fixedBytes",
              bytes: 32,
            },
          },
          rates: {
            slot: 5n,
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
          nextRates: {
            slot: 6n,
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
          datanets: {
            slot: 7n,
            offset: 0,
            type: {
              kind: "dynamicArray",
              element: {
                kind: "uint",
                bytes: 8,
              },
            },
          },
          purpose: {
            slot: 8n,
            offset: 0,
            type: {
              kind: "string",
            },
          },
          architecture: {
            slot: 9n,
            offset: 0,
            type: {
              kind: "string",
            },
          },
        },
      },
    },
  },
  versions: {
    slot: 3n,
    offset: 0,
    type: {
      kind: "mapping",
      key: {
        kind: "fixedBytes",
        bytes: 32,
      },
      value: {
        kind: "struct",
        slots: 12,
        fields: {
          state: {
            slot: 0n,
            offset: 0,
            type: {
              kind: "uint",
              bytes: 1,
            },
          },
          modelId: {
            slot: 0n,
            offset: 1,
            type: {
              kind: "uint",
              bytes: 8,
            },
          },
          number: {
            slot: 0n,
            offset: 9,
            type: {
              kind: "uint",
              bytes: 8,
            },
          },
          registeredBlock: {
            slot: 0n,
            offset: 17,
            type: {
              kind: "uint",
              bytes: 8,
            },
          },
          rowCount: {
            slot: 0n,
            offset: 25,
            type: {
              kind: "uint",
              bytes: 4,
            },
          },
          engine: {
            slot: 0n,
            offset: 29,
            type: {
              kind: "uint",
              bytes: 1,
            },
          },
          method: {
            slot: 0n,
            offset: 30,
            type: {
              kind: "uint",
              bytes: 1,
            },
          },
          sourceRoot: {
            slot: 1n,
            offset: 0,
            type: {
              kind: "fixedBytes",
              bytes: 32,
            },
          },
          guardSeed: {
            slot: 2n,
            offset: 0,
            type: {
              kind: "fixedBytes",
              bytes: 32,
            },
          },
          baseHash: {
            slot: 3n,
            offset: 0,
            type: {
              kind: "fixedBytes",
              bytes: 32,
            },
          },
          tokenizerHash: {
            slot: 4n,
            offset: 0,
            type: {
              kind: "fixedBytes",
              bytes: 32,
            },
          },
          evaluation: {
            slot: 5n,
            offset: 0,
            type: {
              kind: "fixedBytes",
              bytes: 32,
            },
          },
          adapterDigest: {
            slot: 6n,
            offset: 0,
            type: {
              kind: "fixedBytes",
              bytes: 32,
            },
          },
          sourceDigest: {
            slot: 7n,
            offset: 0,
            type: {
              kind: "fixedBytes",
              bytes: 32,
            },
          },
          saRoot: {
            slot: 8n,
            offset: 0,
            type: {
              kind: "fixedBytes",
              bytes: 32,
            },
          },
          adapterBytes: {
            slot: 9n,
            offset: 0,
            type: {
              kind: "uint",
              bytes: 8,
            },
          },
          sourceBytes: {
            slot: 9n,
            offset: 8,
            type: {
              kind: "uint",
              bytes: 8,
            },
          },
          datanets: {
            slot: 10n,
            offset: 0,
            type: {
              kind: "dynamicArray",
              element: {
                kind: "struct",
                slots: 1,
                fields: {
                  datanetId: {
                    slot: 0n,
                    offset: 0,
                    type: {
                      kind: "uint",
                      bytes: 8,
                    },
                  },
                  version: {
                    slot: 0n,
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
          parents: {
            slot: 11n,
            offset: 0,
            type: {
              kind: "dynamicArray",
              element: {
                kind: "struct",
                slots: 2,
                fields: {
                  versionId: {
                    slot: 0n,
                    offset: 0,
                    type: {
                      kind: "fixedBytes",
                      bytes: 32,
                    },
                  },
                  royaltyBps: {
                    slot: 1n,
                    offset: 0,
                    type: {
                      kind: "uint",
                      bytes: 2,
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
} as const
