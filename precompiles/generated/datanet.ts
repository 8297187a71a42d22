/** Written by `npm run abi` from datanet/IDatanet.sol and DatanetStorage.sol; do not edit. */

export const datanetAbi = [
  {
    inputs: [
      {
        internalType: "uint64",
        name: "rowId",
        type: "uint64",
      },
    ],
    name: "AlreadyRevealed",
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
        name: "index",
        type: "uint256",
      },
      {
        internalType: "string",
        name: "reason",
        type: "string",
      },
    ],
    name: "BadRow",
    type: "error",
  },
  {
    inputs: [
      {
        internalType: "uint256",
        name: "index",
        type: "uint256",
      },
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
    name: "BadRowSize",
    type: "error",
  },
  {
    inputs: [],
    name: "BondNeedsCuration",
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
        name: "maxWei",
        type: "uint256",
      },
      {
        internalType: "uint256",
        name: "gotWei",
        type: "uint256",
      },
    ],
    name: "BondOutOfBounds",
    type: "error",
  },
  {
    inputs: [
      {
        internalType: "bytes32",
        name: "commitHash",
        type: "bytes32",
      },
    ],
    name: "CommitExists",
    type: "error",
  },
  {
    inputs: [
      {
        internalType: "enum IDatanet.Curation",
        name: "curation",
        type: "uint8",
      },
    ],
    name: "CurationNotOffered",
    type: "error",
  },
  {
    inputs: [
      {
        internalType: "uint64",
        name: "firstRowId",
        type: "uint64",
      },
    ],
    name: "DuplicateRow",
    type: "error",
  },
  {
    inputs: [],
    name: "EmptyName",
    type: "error",
  },
  {
    inputs: [
      {
        internalType: "uint256",
        name: "rows",
        type: "uint256",
      },
      {
        internalType: "uint256",
        name: "salts",
        type: "uint256",
      },
    ],
    name: "LengthMismatch",
    type: "error",
  },
  {
    inputs: [],
    name: "NoRows",
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
    name: "NotContributor",
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
    name: "NotOwner",
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
        name: "datanetId",
        type: "uint64",
      },
    ],
    name: "NothingToPublish",
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
        internalType: "uint64",
        name: "freesAt",
        type: "uint64",
      },
    ],
    name: "QuotaExceeded",
    type: "error",
  },
  {
    inputs: [],
    name: "RefsNeedCuration",
    type: "error",
  },
  {
    inputs: [
      {
        internalType: "uint64",
        name: "revealBy",
        type: "uint64",
      },
    ],
    name: "RevealTooLate",
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
        internalType: "bytes32",
        name: "commitHash",
        type: "bytes32",
      },
    ],
    name: "UnknownCommit",
    type: "error",
  },
  {
    inputs: [
      {
        internalType: "uint8",
        name: "curation",
        type: "uint8",
      },
    ],
    name: "UnknownCuration",
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
    name: "UnknownDatanet",
    type: "error",
  },
  {
    inputs: [
      {
        internalType: "uint64",
        name: "count",
        type: "uint64",
      },
      {
        internalType: "uint64",
        name: "index",
        type: "uint64",
      },
    ],
    name: "UnknownIndex",
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
    name: "UnknownRow",
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
        name: "datanetId",
        type: "uint64",
      },
      {
        internalType: "uint64",
        name: "version",
        type: "uint64",
      },
    ],
    name: "UnknownVersion",
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
    name: "WrongBond",
    type: "error",
  },
  {
    inputs: [
      {
        internalType: "uint64",
        name: "rowId",
        type: "uint64",
      },
      {
        internalType: "enum IDatanet.RowStatus",
        name: "status",
        type: "uint8",
      },
    ],
    name: "WrongRowStatus",
    type: "error",
  },
  {
    inputs: [],
    name: "ZeroRows",
    type: "error",
  },
  {
    anonymous: false,
    inputs: [
      {
        indexed: true,
        internalType: "uint64",
        name: "datanetId",
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
        internalType: "enum IDatanet.Curation",
        name: "curation",
        type: "uint8",
      },
      {
        indexed: false,
        internalType: "uint256",
        name: "rowBondWei",
        type: "uint256",
      },
      {
        indexed: false,
        internalType: "string",
        name: "name",
        type: "string",
      },
      {
        indexed: false,
        internalType: "string",
        name: "domain",
        type: "string",
      },
      {
        indexed: false,
        internalType: "string",
        name: "licence",
        type: "string",
      },
      {
        indexed: false,
        internalType: "string",
        name: "metadata",
        type: "string",
      },
    ],
    name: "DatanetCreated",
    type: "event",
  },
  {
    anonymous: false,
    inputs: [
      {
        indexed: true,
        internalType: "uint64",
        name: "datanetId",
        type: "uint64",
      },
      {
        indexed: true,
        internalType: "uint64",
        name: "rowId",
        type: "uint64",
      },
      {
        indexed: true,
        internalType: "uint64",
        name: "contributorId",
        type: "uint64",
      },
      {
        indexed: false,
        internalType: "bytes32",
        name: "rowHash",
        type: "bytes32",
      },
      {
        indexed: false,
        internalType: "uint64",
        name: "orderKey",
        type: "uint64",
      },
      {
        indexed: false,
        internalType: "bytes",
        name: "row",
        type: "bytes",
      },
    ],
    name: "RowAdded",
    type: "event",
  },
  {
    anonymous: false,
    inputs: [
      {
        indexed: true,
        internalType: "uint64",
        name: "datanetId",
        type: "uint64",
      },
      {
        indexed: true,
        internalType: "uint64",
        name: "rowId",
        type: "uint64",
      },
      {
        indexed: true,
        internalType: "uint64",
        name: "firstRowId",
        type: "uint64",
      },
    ],
    name: "RowDuplicate",
    type: "event",
  },
  {
    anonymous: false,
    inputs: [
      {
        indexed: true,
        internalType: "uint64",
        name: "datanetId",
        type: "uint64",
      },
      {
        indexed: true,
        internalType: "uint64",
        name: "rowId",
        type: "uint64",
      },
      {
        indexed: true,
        internalType: "uint64",
        name: "contributorId",
        type: "uint64",
      },
      {
        indexed: false,
        internalType: "bytes32",
        name: "rowHash",
        type: "bytes32",
      },
      {
        indexed: false,
        internalType: "uint64",
        name: "orderKey",
        type: "uint64",
      },
      {
        indexed: false,
        internalType: "uint32",
        name: "size",
        type: "uint32",
      },
    ],
    name: "RowRefAdded",
    type: "event",
  },
  {
    anonymous: false,
    inputs: [
      {
        indexed: true,
        internalType: "uint64",
        name: "datanetId",
        type: "uint64",
      },
      {
        indexed: true,
        internalType: "uint64",
        name: "rowId",
        type: "uint64",
      },
    ],
    name: "RowWithdrawn",
    type: "event",
  },
  {
    anonymous: false,
    inputs: [
      {
        indexed: true,
        internalType: "uint64",
        name: "datanetId",
        type: "uint64",
      },
      {
        indexed: false,
        internalType: "uint64[]",
        name: "rowIds",
        type: "uint64[]",
      },
    ],
    name: "RowsAccepted",
    type: "event",
  },
  {
    anonymous: false,
    inputs: [
      {
        indexed: true,
        internalType: "uint64",
        name: "datanetId",
        type: "uint64",
      },
      {
        indexed: true,
        internalType: "uint64",
        name: "contributorId",
        type: "uint64",
      },
      {
        indexed: false,
        internalType: "uint64",
        name: "firstOrderKey",
        type: "uint64",
      },
      {
        indexed: false,
        internalType: "uint64",
        name: "revealBy",
        type: "uint64",
      },
      {
        indexed: false,
        internalType: "bytes32[]",
        name: "commits",
        type: "bytes32[]",
      },
    ],
    name: "RowsCommitted",
    type: "event",
  },
  {
    anonymous: false,
    inputs: [
      {
        indexed: true,
        internalType: "uint64",
        name: "datanetId",
        type: "uint64",
      },
      {
        indexed: false,
        internalType: "uint64[]",
        name: "rowIds",
        type: "uint64[]",
      },
    ],
    name: "RowsRejected",
    type: "event",
  },
  {
    anonymous: false,
    inputs: [
      {
        indexed: true,
        internalType: "uint64",
        name: "datanetId",
        type: "uint64",
      },
      {
        indexed: true,
        internalType: "uint64",
        name: "version",
        type: "uint64",
      },
    ],
    name: "VersionAbandoned",
    type: "event",
  },
  {
    anonymous: false,
    inputs: [
      {
        indexed: true,
        internalType: "uint64",
        name: "datanetId",
        type: "uint64",
      },
      {
        indexed: true,
        internalType: "uint64",
        name: "version",
        type: "uint64",
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
        name: "count",
        type: "uint64",
      },
      {
        indexed: false,
        internalType: "bytes32",
        name: "seed",
        type: "bytes32",
      },
    ],
    name: "VersionPublished",
    type: "event",
  },
  {
    anonymous: false,
    inputs: [
      {
        indexed: true,
        internalType: "uint64",
        name: "datanetId",
        type: "uint64",
      },
      {
        indexed: true,
        internalType: "uint64",
        name: "version",
        type: "uint64",
      },
      {
        indexed: false,
        internalType: "bytes32",
        name: "seed",
        type: "bytes32",
      },
      {
        indexed: false,
        internalType: "uint64",
        name: "end",
        type: "uint64",
      },
    ],
    name: "VersionStarted",
    type: "event",
  },
  {
    inputs: [
      {
        internalType: "uint64",
        name: "datanetId",
        type: "uint64",
      },
      {
        components: [
          {
            internalType: "bytes32",
            name: "rowHash",
            type: "bytes32",
          },
          {
            internalType: "uint32",
            name: "size",
            type: "uint32",
          },
        ],
        internalType: "struct IDatanet.RowRef[]",
        name: "refs",
        type: "tuple[]",
      },
    ],
    name: "addRowRefs",
    outputs: [
      {
        internalType: "uint64",
        name: "firstRowId",
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
        name: "datanetId",
        type: "uint64",
      },
      {
        internalType: "bytes[]",
        name: "rows",
        type: "bytes[]",
      },
    ],
    name: "addRows",
    outputs: [
      {
        internalType: "uint64",
        name: "firstRowId",
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
        name: "datanetId",
        type: "uint64",
      },
      {
        internalType: "uint64",
        name: "contributorId",
        type: "uint64",
      },
      {
        internalType: "bytes32",
        name: "commitHash",
        type: "bytes32",
      },
    ],
    name: "commitOf",
    outputs: [
      {
        components: [
          {
            internalType: "uint64",
            name: "orderKey",
            type: "uint64",
          },
          {
            internalType: "uint64",
            name: "revealBy",
            type: "uint64",
          },
          {
            internalType: "uint64",
            name: "rowId",
            type: "uint64",
          },
        ],
        internalType: "struct IDatanet.Commit",
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
        name: "datanetId",
        type: "uint64",
      },
      {
        internalType: "bytes32[]",
        name: "commits",
        type: "bytes32[]",
      },
    ],
    name: "commitRows",
    outputs: [
      {
        internalType: "uint64",
        name: "firstOrderKey",
        type: "uint64",
      },
    ],
    stateMutability: "nonpayable",
    type: "function",
  },
  {
    inputs: [
      {
        internalType: "string",
        name: "name",
        type: "string",
      },
      {
        internalType: "string",
        name: "domain",
        type: "string",
      },
      {
        internalType: "string",
        name: "licence",
        type: "string",
      },
      {
        internalType: "enum IDatanet.Curation",
        name: "curation",
        type: "uint8",
      },
      {
        internalType: "uint256",
        name: "rowBondWei",
        type: "uint256",
      },
      {
        internalType: "string",
        name: "metadata",
        type: "string",
      },
    ],
    name: "createDatanet",
    outputs: [
      {
        internalType: "uint64",
        name: "datanetId",
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
        name: "datanetId",
        type: "uint64",
      },
      {
        internalType: "uint64[]",
        name: "rowIds",
        type: "uint64[]",
      },
      {
        internalType: "bool",
        name: "accepted",
        type: "bool",
      },
    ],
    name: "curate",
    outputs: [],
    stateMutability: "nonpayable",
    type: "function",
  },
  {
    inputs: [],
    name: "datanetCount",
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
        name: "datanetId",
        type: "uint64",
      },
    ],
    name: "draftOf",
    outputs: [
      {
        components: [
          {
            internalType: "uint64",
            name: "startHeight",
            type: "uint64",
          },
          {
            internalType: "uint64",
            name: "startedAt",
            type: "uint64",
          },
          {
            internalType: "uint64",
            name: "cursor",
            type: "uint64",
          },
          {
            internalType: "uint64",
            name: "end",
            type: "uint64",
          },
          {
            internalType: "uint64",
            name: "count",
            type: "uint64",
          },
          {
            internalType: "bytes32",
            name: "seed",
            type: "bytes32",
          },
        ],
        internalType: "struct IDatanet.Draft",
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
        name: "datanetId",
        type: "uint64",
      },
    ],
    name: "getDatanet",
    outputs: [
      {
        components: [
          {
            internalType: "uint64",
            name: "datanetId",
            type: "uint64",
          },
          {
            internalType: "uint64",
            name: "ownerId",
            type: "uint64",
          },
          {
            internalType: "enum IDatanet.Curation",
            name: "curation",
            type: "uint8",
          },
          {
            internalType: "uint256",
            name: "rowBondWei",
            type: "uint256",
          },
          {
            internalType: "uint64",
            name: "rowCount",
            type: "uint64",
          },
          {
            internalType: "uint64",
            name: "acceptedCount",
            type: "uint64",
          },
          {
            internalType: "uint64",
            name: "versionCount",
            type: "uint64",
          },
          {
            internalType: "uint64",
            name: "createdAt",
            type: "uint64",
          },
          {
            internalType: "string",
            name: "name",
            type: "string",
          },
          {
            internalType: "string",
            name: "domain",
            type: "string",
          },
          {
            internalType: "string",
            name: "licence",
            type: "string",
          },
          {
            internalType: "string",
            name: "metadata",
            type: "string",
          },
        ],
        internalType: "struct IDatanet.DatanetInfo",
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
        name: "datanetId",
        type: "uint64",
      },
      {
        internalType: "uint64",
        name: "rowId",
        type: "uint64",
      },
    ],
    name: "getRow",
    outputs: [
      {
        components: [
          {
            internalType: "uint64",
            name: "rowId",
            type: "uint64",
          },
          {
            internalType: "uint64",
            name: "contributorId",
            type: "uint64",
          },
          {
            internalType: "uint64",
            name: "orderKey",
            type: "uint64",
          },
          {
            internalType: "bytes32",
            name: "rowHash",
            type: "bytes32",
          },
          {
            internalType: "uint32",
            name: "size",
            type: "uint32",
          },
          {
            internalType: "enum IDatanet.RowStatus",
            name: "status",
            type: "uint8",
          },
          {
            internalType: "uint64",
            name: "readyAt",
            type: "uint64",
          },
          {
            internalType: "uint64",
            name: "firstVersion",
            type: "uint64",
          },
          {
            internalType: "uint64",
            name: "lastVersion",
            type: "uint64",
          },
        ],
        internalType: "struct IDatanet.Row",
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
        name: "datanetId",
        type: "uint64",
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
    name: "getRows",
    outputs: [
      {
        components: [
          {
            internalType: "uint64",
            name: "rowId",
            type: "uint64",
          },
          {
            internalType: "uint64",
            name: "contributorId",
            type: "uint64",
          },
          {
            internalType: "uint64",
            name: "orderKey",
            type: "uint64",
          },
          {
            internalType: "bytes32",
            name: "rowHash",
            type: "bytes32",
          },
          {
            internalType: "uint32",
            name: "size",
            type: "uint32",
          },
          {
            internalType: "enum IDatanet.RowStatus",
            name: "status",
            type: "uint8",
          },
          {
            internalType: "uint64",
            name: "readyAt",
            type: "uint64",
          },
          {
            internalType: "uint64",
            name: "firstVersion",
            type: "uint64",
          },
          {
            internalType: "uint64",
            name: "lastVersion",
            type: "uint64",
          },
        ],
        internalType: "struct IDatanet.Row[]",
        name: "",
        type: "tuple[]",
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
        internalType: "uint64[]",
        name: "datanetIds",
        type: "uint64[]",
      },
      {
        internalType: "uint64[]",
        name: "rowIds",
        type: "uint64[]",
      },
    ],
    name: "payees",
    outputs: [
      {
        internalType: "uint64[]",
        name: "contributorIds",
        type: "uint64[]",
      },
    ],
    stateMutability: "view",
    type: "function",
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
        name: "maxRows",
        type: "uint64",
      },
    ],
    name: "publishVersion",
    outputs: [
      {
        internalType: "uint64",
        name: "version",
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
    name: "quotaOf",
    outputs: [
      {
        internalType: "uint64",
        name: "rows",
        type: "uint64",
      },
      {
        internalType: "uint64",
        name: "datanets",
        type: "uint64",
      },
      {
        internalType: "uint64",
        name: "freesAt",
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
        name: "datanetId",
        type: "uint64",
      },
      {
        internalType: "bytes[]",
        name: "rows",
        type: "bytes[]",
      },
      {
        internalType: "bytes32[]",
        name: "salts",
        type: "bytes32[]",
      },
    ],
    name: "revealRows",
    outputs: [
      {
        internalType: "uint64",
        name: "firstRowId",
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
        name: "datanetId",
        type: "uint64",
      },
      {
        internalType: "bytes32",
        name: "rowHash",
        type: "bytes32",
      },
    ],
    name: "rowIdByHash",
    outputs: [
      {
        internalType: "uint64",
        name: "rowId",
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
        name: "datanetId",
        type: "uint64",
      },
      {
        internalType: "uint64",
        name: "version",
        type: "uint64",
      },
    ],
    name: "versionOf",
    outputs: [
      {
        components: [
          {
            internalType: "uint64",
            name: "version",
            type: "uint64",
          },
          {
            internalType: "bytes32",
            name: "root",
            type: "bytes32",
          },
          {
            internalType: "uint64",
            name: "count",
            type: "uint64",
          },
          {
            internalType: "bytes32",
            name: "seed",
            type: "bytes32",
          },
          {
            internalType: "uint64",
            name: "startHeight",
            type: "uint64",
          },
          {
            internalType: "uint64",
            name: "publishedAt",
            type: "uint64",
          },
        ],
        internalType: "struct IDatanet.VersionInfo",
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
        name: "datanetId",
        type: "uint64",
      },
      {
        internalType: "uint64",
        name: "version",
        type: "uint64",
      },
      {
        internalType: "uint64",
        name: "index",
        type: "uint64",
      },
    ],
    name: "versionRow",
    outputs: [
      {
        components: [
          {
            internalType: "uint64",
            name: "rowId",
            type: "uint64",
          },
          {
            internalType: "uint64",
            name: "contributorId",
            type: "uint64",
          },
          {
            internalType: "uint64",
            name: "orderKey",
            type: "uint64",
          },
          {
            internalType: "bytes32",
            name: "rowHash",
            type: "bytes32",
          },
          {
            internalType: "enum IDatanet.RowStatus",
            name: "status",
            type: "uint8",
          },
        ],
        internalType: "struct IDatanet.VersionRow",
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
        name: "datanetId",
        type: "uint64",
      },
      {
        internalType: "uint64",
        name: "version",
        type: "uint64",
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
    name: "versionRows",
    outputs: [
      {
        components: [
          {
            internalType: "uint64",
            name: "rowId",
            type: "uint64",
          },
          {
            internalType: "uint64",
            name: "contributorId",
            type: "uint64",
          },
          {
            internalType: "uint64",
            name: "orderKey",
            type: "uint64",
          },
          {
            internalType: "bytes32",
            name: "rowHash",
            type: "bytes32",
          },
          {
            internalType: "enum IDatanet.RowStatus",
            name: "status",
            type: "uint8",
          },
        ],
        internalType: "struct IDatanet.VersionRow[]",
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
        name: "datanetId",
        type: "uint64",
      },
      {
        internalType: "uint64",
        name: "rowId",
        type: "uint64",
      },
    ],
    name: "withdrawRow",
    outputs: [],
    stateMutability: "nonpayable",
    type: "function",
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
        name: "version",
        type: "uint64",
      },
      {
        internalType: "uint64",
        name: "start",
        type: "uint64",
      },
    ],
    name: "withdrawnRows",
    outputs: [
      {
        internalType: "uint64[]",
        name: "rowIds",
        type: "uint64[]",
      },
      {
        internalType: "uint64",
        name: "next",
        type: "uint64",
      },
    ],
    stateMutability: "view",
    type: "function",
  },
] as const

export const datanetStorage = {
  datanetCount: {
    slot: 0n,
    offset: 0,
    type: {
      kind: "uint",
      bytes: 8,
    },
  },
  lastOrderKey: {
    slot: 0n,
    offset: 8,
    type: {
      kind: "uint",
      bytes: 8,
    },
  },
  lastReadyAt: {
    slot: 0n,
    offset: 16,
    type: {
      kind: "uint",
      bytes: 5,
    },
  },
  bondsHeldWei: {
    slot: 1n,
    offset: 0,
    type: {
      kind: "uint",
      bytes: 32,
    },
  },
  datanets: {
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
        slots: 8,
        fields: {
          ownerId: {
            slot: 0n,
            offset: 0,
            type: {
              kind: "uint",
              bytes: 8,
            },
          },
          curation: {
            slot: 0n,
            offset: 8,
            type: {
              kind: "uint",
              bytes: 1,
            },
          },
          rowCount: {
            slot: 0n,
            offset: 9,
            type: {
              kind: "uint",
              bytes: 8,
            },
          },
          acceptedCount: {
            slot: 0n,
            offset: 17,
            type: {
              kind: "uint",
              bytes: 8,
            },
          },
          versionCount: {
            slot: 0n,
            offset: 25,
            type: {
              kind: "uint",
              bytes: 4,
            },
          },
          createdAt: {
            slot: 1n,
            offset: 0,
            type: {
              kind: "uint",
              bytes: 5,
            },
          },
          rowBondWei: {
            slot: 1n,
            offset: 5,
            type: {
              kind: "uint",
              bytes: 27,
            },
          },
          name: {
            slot: 2n,
            offset: 0,
            type: {
              kind: "string",
            },
          },
          domain: {
            slot: 3n,
            offset: 0,
            type: {
              kind: "string",
            },
          },
          licence: {
            slot: 4n,
            offset: 0,
            type: {
              kind: "string",
            },
          },
          metadata: {
            slot: 5n,
            offset: 0,
            type: {
              kind: "string",
            },
          },
          order: {
            slot: 6n,
            offset: 0,
            type: {
              kind: "dynamicArray",
              element: {
                kind: "uint",
                bytes: 8,
              },
            },
          },
          withdrawn: {
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
        },
      },
    },
  },
  rows: {
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
          kind: "uint",
          bytes: 8,
        },
        value: {
          kind: "struct",
          slots: 2,
          fields: {
            rowHash: {
              slot: 0n,
              offset: 0,
              type: {
                kind: "fixedBytes",
                bytes: 32,
              },
            },
            orderKey: {
              slot: 1n,
              offset: 0,
              type: {
                kind: "uint",
                bytes: 8,
              },
            },
            contributorId: {
              slot: 1n,
              offset: 8,
              type: {
                kind: "uint",
                bytes: 8,
              },
            },
            readyAt: {
              slot: 1n,
              offset: 16,
              type: {
                kind: "uint",
                bytes: 5,
              },
            },
            size: {
              slot: 1n,
              offset: 21,
              type: {
                kind: "uint",
                bytes: 3,
              },
            },
            status: {
              slot: 1n,
              offset: 24,
              type: {
                kind: "uint",
                bytes: 1,
              },
            },
            firstVersion: {
              slot: 1n,
              offset: 25,
              type: {
                kind: "uint",
                bytes: 3,
              },
            },
            lastVersion: {
              slot: 1n,
              offset: 28,
              type: {
                kind: "uint",
                bytes: 3,
              },
            },
          },
        },
      },
    },
  },
  rowIds: {
    slot: 4n,
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
          kind: "uint",
          bytes: 8,
        },
      },
    },
  },
  commits: {
    slot: 5n,
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
            kind: "struct",
            slots: 1,
            fields: {
              orderKey: {
                slot: 0n,
                offset: 0,
                type: {
                  kind: "uint",
                  bytes: 8,
                },
              },
              place: {
                slot: 0n,
                offset: 8,
                type: {
                  kind: "uint",
                  bytes: 8,
                },
              },
              rowId: {
                slot: 0n,
                offset: 16,
                type: {
                  kind: "uint",
                  bytes: 8,
                },
              },
              revealBy: {
                slot: 0n,
                offset: 24,
                type: {
                  kind: "uint",
                  bytes: 5,
                },
              },
            },
          },
        },
      },
    },
  },
  versions: {
    slot: 6n,
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
          kind: "uint",
          bytes: 8,
        },
        value: {
          kind: "struct",
          slots: 4,
          fields: {
            root: {
              slot: 0n,
              offset: 0,
              type: {
                kind: "fixedBytes",
                bytes: 32,
              },
            },
            seed: {
              slot: 1n,
              offset: 0,
              type: {
                kind: "fixedBytes",
                bytes: 32,
              },
            },
            count: {
              slot: 2n,
              offset: 0,
              type: {
                kind: "uint",
                bytes: 8,
              },
            },
            startHeight: {
              slot: 2n,
              offset: 8,
              type: {
                kind: "uint",
                bytes: 8,
              },
            },
            publishedAt: {
              slot: 2n,
              offset: 16,
              type: {
                kind: "uint",
                bytes: 5,
              },
            },
            rowIds: {
              slot: 3n,
              offset: 0,
              type: {
                kind: "dynamicArray",
                element: {
                  kind: "uint",
                  bytes: 8,
                },
              },
            },
          },
        },
      },
    },
  },
  drafts: {
    slot: 7n,
    offset: 0,
    type: {
      kind: "mapping",
      key: {
        kind: "uint",
        bytes: 8,
      },
      value: {
        kind: "struct",
        slots: 35,
        fields: {
          seed: {
            slot: 0n,
            offset: 0,
            type: {
              kind: "fixedBytes",
              bytes: 32,
            },
          },
          startHeight: {
            slot: 1n,
            offset: 0,
            type: {
              kind: "uint",
              bytes: 8,
            },
          },
          startedAt: {
            slot: 1n,
            offset: 8,
            type: {
              kind: "uint",
              bytes: 5,
            },
          },
          cursor: {
            slot: 1n,
            offset: 13,
            type: {
              kind: "uint",
              bytes: 8,
            },
          },
          end: {
            slot: 1n,
            offset: 21,
            type: {
              kind: "uint",
              bytes: 8,
            },
          },
          count: {
            slot: 2n,
            offset: 0,
            type: {
              kind: "uint",
              bytes: 8,
            },
          },
          lastOrderKey: {
            slot: 2n,
            offset: 8,
            type: {
              kind: "uint",
              bytes: 8,
            },
          },
          peaks: {
            slot: 3n,
            offset: 0,
            type: {
              kind: "fixedArray",
              element: {
                kind: "fixedBytes",
                bytes: 32,
              },
              length: 32,
              slots: 32,
            },
          },
        },
      },
    },
  },
  quotas: {
    slot: 8n,
    offset: 0,
    type: {
      kind: "mapping",
      key: {
        kind: "uint",
        bytes: 8,
      },
      value: {
        kind: "struct",
        slots: 1,
        fields: {
          day: {
            slot: 0n,
            offset: 0,
            type: {
              kind: "uint",
              bytes: 4,
            },
          },
          rows: {
            slot: 0n,
            offset: 4,
            type: {
              kind: "uint",
              bytes: 8,
            },
          },
          datanets: {
            slot: 0n,
            offset: 12,
            type: {
              kind: "uint",
              bytes: 8,
            },
          },
        },
      },
    },
  },
} as const
